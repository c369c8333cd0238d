const { createApp, h, ref } = Vue;

const page = {
  setup() {
    const unread = ref(0);
    const onUnread = ({ detail }) => (unread.value = detail.count);
    return () => [h("p", { id: "unread" }, unread.value), h("im-chat", { user: "$USER", with: "$OTHER", onUnread })];
  },
};

createApp(page).mount("#root");
