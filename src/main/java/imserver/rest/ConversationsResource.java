package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.conversation.ConversationListPage;
import imserver.conversation.ConversationListPage.Bookmark;
import imserver.conversation.ConversationService;
import imserver.conversation.ConversationSummary;
import imserver.conversation.MessagePage;
import imserver.message.ConversationSettings;
import imserver.message.SettingsChange;
import imserver.message.SettingsOutcome;
import imserver.message.SettingsWriter;
import imserver.packet.SendMessage;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A user's conversations. */
@Path("conversations")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class ConversationsResource {

  private static final int DEFAULT_LIMIT = 20;
  private static final int MAX_LIMIT = 100;

  /** One more is refused by the rules of messages, many more as what cannot be read. */
  private static final int MAX_ATTACHMENTS = 100;

  @Inject private ConversationService conversations;
  @Inject private SettingsWriter settings;
  @Inject private HttpIntake intake;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;
  @Context private Request request;

  /** For the container, which injects the rest. */
  public ConversationsResource() {}

  /** A part of the list; {@code next} is the cursor of the next part, absent after the last. */
  public record ListView(List<ConversationView> conversations, @Nullable String next) {}

  /** One of the list; what does not hold is absent. */
  public record ConversationView(
      UserView user,
      MessageView lastMessage,
      long unread,
      @Nullable Boolean stranger,
      @Nullable Boolean blocked,
      @Nullable Boolean muted,
      @Nullable Boolean pinned) {

    static ConversationView of(ConversationSummary summary) {
      ConversationSettings settings = summary.settings();
      return new ConversationView(
          UserView.of(summary.other()),
          MessageView.of(summary.last()),
          summary.unread(),
          trueOrAbsent(summary.stranger()),
          trueOrAbsent(settings.blocked()),
          trueOrAbsent(settings.muted()),
          trueOrAbsent(settings.pinned()));
    }

    private static @Nullable Boolean trueOrAbsent(boolean holds) {
      return holds ? true : null;
    }
  }

  /** What a user has set of a conversation. */
  public record SettingsView(boolean blocked, boolean muted, boolean pinned, boolean hidden) {}

  /** A part of a conversation, newest first; whether there is more in the direction of reading. */
  public record HistoryView(List<MessageView> messages, boolean more) {}

  /** What became of a message. */
  public record SentView(long messageId, @Nullable String clientMessageId) {}

  /** How many of a conversation's messages are still unread. */
  public record UnreadView(long unread) {}

  /** The list, newest first. */
  @GET
  public CompletionStage<ListView> list(
      @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @Nullable String limit) {
    UserPrincipal user = BearerFilter.user(caller);
    Bookmark bookmark = Cursor.parse(cursor);
    int rows = chargedLimit(user, limit);
    return database.ask(
        user,
        1,
        () ->
            conversations
                .list(user.userId(), bookmark, rows)
                .map(ConversationsResource::view)
                .orElseThrow(
                    () ->
                        Problem.gone(
                            "too much has arrived since this list was begun, begin again")));
  }

  private static ListView view(ConversationListPage page) {
    return new ListView(
        page.conversations().stream().map(ConversationView::of).toList(),
        Cursor.textOf(page.next()));
  }

  /** The messages of a conversation, newest first. Marks nothing as read unless it is asked to. */
  @GET
  @Path("{userId}/messages")
  public CompletionStage<HistoryView> history(
      @PathParam("userId") String userId,
      @QueryParam("before") @Nullable String before,
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("markRead") @Nullable String markRead,
      @QueryParam("entries") @Nullable String entries) {
    UserPrincipal user = BearerFilter.user(caller);
    long other = Parameters.userOrSystem("userId", userId);
    boolean get = request.getMethod().equals(HttpMethod.GET);
    boolean mark = Parameters.flag("markRead", markRead) && get; // and not by HEAD
    boolean recalls = Parameters.oneOf("entries", entries, "messages", "all").equals("all");
    if (before != null && after != null) {
      throw Problem.badRequest("before and after exclude each other");
    }
    long beforeId = before == null ? Long.MAX_VALUE : Parameters.id("before", before);
    long afterId = after == null ? 0 : Parameters.idOrZero("after", after);
    int rows = chargedLimit(user, limit);
    return database.ask(
        user,
        mark ? HttpIntake.MARK_READ_WEIGHT : 1,
        () -> {
          MessagePage page =
              after == null
                  ? conversations.messagesBefore(user.userId(), other, beforeId, rows, recalls)
                  : conversations.messagesAfter(user.userId(), other, afterId, rows, recalls);
          if (mark) {
            intake.markShown(user, page.messages());
          }
          return new HistoryView(
              page.messages().stream().map(MessageView::of).toList(), page.more());
        });
  }

  /** Sends a message, by the rules of the socket. */
  @POST
  @Path("{userId}/messages")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Response> send(@PathParam("userId") String userId, JsonBody body) {
    SendMessage message =
        new SendMessage(
            null,
            Parameters.userOrSystem("userId", userId),
            body.text("content", Integer.MAX_VALUE),
            body.text("timestamp", SendMessage.MAX_TIMESTAMP),
            clientMessageId(body),
            null,
            body.optionalIds("attachments", MAX_ATTACHMENTS));
    return intake.send(
        BearerFilter.user(caller),
        message,
        id ->
            Response.status(Response.Status.CREATED)
                .entity(new SentView(id, message.clientMessageId()))
                .build());
  }

  /** Null where it is absent or "". */
  static @Nullable String clientMessageId(JsonBody body) {
    String id = body.text("clientMessageId", SendMessage.MAX_CLIENT_MESSAGE_ID);
    return id.isEmpty() ? null : id;
  }

  /** Marks what the other one sent as read, up to a message. */
  @POST
  @Path("{userId}/read")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<UnreadView> read(@PathParam("userId") String userId, JsonBody body) {
    UserPrincipal user = BearerFilter.user(caller);
    long other = Parameters.userOrSystem("userId", userId);
    long upTo = body.id("upTo");
    return intake.markReadUpTo(user, other, upTo, UnreadView::new);
  }

  /** Sets what a conversation is to the user: what is absent stays as it is. */
  @PUT
  @Path("{userId}/settings")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<SettingsView> set(@PathParam("userId") String userId, JsonBody body) {
    UserPrincipal user = BearerFilter.user(caller);
    long other = Parameters.userOrSystem("userId", userId);
    SettingsChange change =
        new SettingsChange(
            null,
            body.optionalFlag("muted"),
            body.optionalFlag("pinned"),
            body.optionalFlag("hidden"));
    return database.ask(
        user,
        1,
        () -> {
          if (settings.set(user.userId(), other, change) instanceof SettingsOutcome.Set set) {
            ConversationSettings now = set.settings();
            return new SettingsView(now.blocked(), now.muted(), now.pinned(), now.hidden());
          }
          throw Problem.notFound("no such conversation");
        });
  }

  private int chargedLimit(UserPrincipal user, @Nullable String limit) {
    int rows = Parameters.inRange("limit", limit, DEFAULT_LIMIT, MAX_LIMIT);
    intake.charge(user, rows / HttpIntake.CHEAP_ROWS);
    return rows;
  }
}
