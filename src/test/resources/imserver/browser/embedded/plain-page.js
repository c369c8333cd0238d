document.querySelector("im-chat").addEventListener("unread", ({ detail }) => {
  document.getElementById("unread").textContent = String(detail.count);
});
