/** What a project with strict types writes: a wrong name of an event, or of a detail, would not compile. */

import {
  ApiError,
  type Conversation,
  ImClient,
  LocalOutbox,
  type Message,
  SendError,
  type MessageDetail,
} from "imserver-client";

const client = new ImClient({
  server: "https://school.example/teaching/",
  credential: async () => "token",
  store: (userId: string) => new LocalOutbox(userId),
  timing: { retries: 2 },
});

client.addEventListener("message", ({ detail }) => {
  const text: string = detail.content;
  const whole: MessageDetail = detail;
  console.log(text, whole.time);
  // @ts-expect-error there is no such detail
  console.log(detail.contents);
});
client.addEventListener("state", ({ detail: { state, problem } }) => {
  if (state === "waiting" && problem === "ORIGIN") console.log("not allowed");
  // @ts-expect-error there is no such state
  if (state === "lost") console.log(state);
});
client.addEventListener("typing", ({ detail }) => detail.until.toFixed());
client.addEventListener("anything", (event: Event) => event.preventDefault());
client.connect();

client.send("7", "hello").then(
  ({ messageId, clientMessageId }) => console.log(messageId + clientMessageId),
  (error: unknown) => {
    if (error instanceof SendError && error.retryable) console.log(error.clientMessageId);
    if (error instanceof ApiError) console.log(error.status.toFixed());
  },
);

const rows: string[] = client.conversations.list.map(
  ({ user, unread, lastMessage }: Conversation) => `${user.name} ${unread.toFixed()} ${lastMessage?.content ?? ""}`,
);
client.conversations.addEventListener("received", ({ detail: { message } }) => console.log(message.recalled, rows));
const { messages }: { messages: Message[] } = await client.conversations.open("7");
messages.map(({ time }) => (time === null ? "" : new Date(time).toISOString()));
client.features.has("recall");
