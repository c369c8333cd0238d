const { createElement: h, useEffect, useRef, useState } = React;

function Page() {
  const chat = useRef(null);
  const [unread, setUnread] = useState(0);
  useEffect(() => {
    const element = chat.current;
    const listener = ({ detail }) => setUnread(detail.count);
    element.addEventListener("unread", listener);
    return () => element.removeEventListener("unread", listener);
  }, []);
  return h("div", null, h("p", { id: "unread" }, unread), h("im-chat", { ref: chat, user: "$USER", with: "$OTHER" }));
}

ReactDOM.createRoot(document.getElementById("root")).render(h(Page));
