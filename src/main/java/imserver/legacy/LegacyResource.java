package imserver.legacy;

import imserver.auth.UserPrincipal;
import imserver.config.Config;
import imserver.conversation.ConversationService;
import imserver.conversation.ConversationSummary;
import imserver.conversation.MessagePage;
import imserver.conversation.StoredMessage;
import imserver.conversation.StoredNotice;
import imserver.conversation.UnreadCount;
import imserver.directory.UserProfile;
import imserver.packet.MarkRead;
import imserver.packet.MessageFile;
import imserver.packet.SendMessage;
import imserver.packet.StorableText;
import imserver.query.DatabaseExecutor;
import imserver.rest.BearerFilter;
import imserver.rest.HttpIntake;
import imserver.rest.JsonBody;
import imserver.rest.Parameters;
import imserver.rest.Problem;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.SecurityContext;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The paths of the original back end. The records are the data of its answers in JSON. */
@Path("/")
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class LegacyResource {

  private static final int DEFAULT_SIZE = 10;
  private static final int MAX_SIZE = 100;

  /** The last row of a numbered page: the rows before a page have to be read too. */
  private static final int MAX_ROWS = 10_000;

  /** How many skipped rows cost about as much as a short request. */
  private static final int CHEAP_SKIPS = 1000;

  /** How many conversations do, each with a query for its unread messages. */
  private static final int CHEAP_SIZE = 10;

  private static final int MAX_NOTICES = 1000;
  private static final int NOTICES_COST = 4;
  private static final int MAX_UNREAD_IDS = 1000;

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  @Inject private ConversationService conversations;
  @Inject private HttpIntake intake;
  @Inject private Config config;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;
  @Context private Request request;

  /** For the container, which injects the rest. */
  public LegacyResource() {}

  record ConversationList(
      List<ConversationEntry> conversations, long letterUnreadCount, long noticeUnreadCount) {}

  record ConversationEntry(
      String conversationID,
      String content,
      long unreadCount,
      List<Long> unreadIdList,
      long targetId,
      String targetHeadUrl,
      String targetName) {}

  record ConversationPage(
      List<Letter> message,
      boolean hasNextPage,
      long targetId,
      String targetHeadUrl,
      String targetName) {}

  record Letter(String time, String content, boolean fromMe, long messageId) {}

  record SystemMessage(String msg, String tittle, long messageId, String time, String routerUrl) {}

  record Sent(long messageId) {}

  /** The conversations with other users, newest first. */
  @GET
  @Path("conversationList")
  public CompletionStage<Envelope> conversationList(
      @QueryParam("page") @Nullable String page, @QueryParam("size") @Nullable String size) {
    UserPrincipal reader = user();
    long user = reader.userId();
    Slice slice = Slice.of(page, size);
    intake.charge(reader, slice.size() / CHEAP_SIZE + slice.skipped() / CHEAP_SKIPS);
    return database.ask(
        reader,
        1,
        () -> {
          UnreadCount unread = conversations.unread(user);
          List<ConversationEntry> entries =
              conversations.withUsers(user, slice.skipped(), slice.size()).stream()
                  .map(summary -> entry(user, summary))
                  .toList();
          return Envelope.of(new ConversationList(entries, unread.messages(), unread.notices()));
        });
  }

  private ConversationEntry entry(long user, ConversationSummary summary) {
    UserProfile other = summary.other();
    List<Long> unreadIds =
        summary.unread() == 0
            ? List.of()
            : conversations.unreadIds(other.userId(), user, Long.MAX_VALUE, MAX_UNREAD_IDS);
    return new ConversationEntry(
        Math.min(user, other.userId()) + "-" + Math.max(user, other.userId()),
        MessageFile.shortText(summary.last().content(), summary.last().files()),
        summary.unread(),
        unreadIds,
        other.userId(),
        other.headUrl(),
        other.displayName());
  }

  /**
   * A page of a conversation, page 1 the newest; marks it as read, as the original back end did.
   */
  @GET
  @Path("conversation")
  public CompletionStage<Envelope> conversation(
      @QueryParam("page") @Nullable String page,
      @QueryParam("size") @Nullable String size,
      @QueryParam("conversationId") @Nullable String conversationId) {
    UserPrincipal user = user();
    long other = otherOf(conversationId, user.userId());
    Slice slice = Slice.of(page, size);
    intake.charge(user, slice.size() / HttpIntake.CHEAP_ROWS + slice.skipped() / CHEAP_SKIPS);
    boolean mark = request.getMethod().equals(HttpMethod.GET); // and not by HEAD
    return database.ask(
        user,
        mark ? HttpIntake.MARK_READ_WEIGHT : 1,
        () -> Envelope.of(page(user, other, slice, mark)));
  }

  private ConversationPage page(UserPrincipal user, long other, Slice slice, boolean mark) {
    MessagePage found =
        conversations.messagesFromNewest(user.userId(), other, slice.skipped(), slice.size());
    if (mark) {
      intake.markShown(user, found.messages());
    }
    UserProfile profile = conversations.otherOf(user.userId(), other);
    List<Letter> letters = new ArrayList<>();
    found.messages().forEach(message -> letters.add(letter(user.userId(), message)));
    Collections.reverse(letters);
    return new ConversationPage(
        letters, found.more(), other, profile.headUrl(), profile.displayName());
  }

  private Letter letter(long user, StoredMessage message) {
    return new Letter(
        time(message.createdAt()),
        MessageFile.text(message.content(), message.files()),
        message.senderId() == user,
        message.id());
  }

  /** The unread notices, newest first. */
  @GET
  @Path("systemMessage")
  public CompletionStage<Envelope> systemMessage() {
    UserPrincipal reader = user();
    intake.charge(reader, NOTICES_COST);
    long user = reader.userId();
    return database.ask(
        reader,
        1,
        () ->
            Envelope.of(
                conversations.unreadNotices(user, MAX_NOTICES).stream()
                    .map(this::systemMessage)
                    .toList()));
  }

  private SystemMessage systemMessage(StoredNotice notice) {
    return new SystemMessage(
        notice.content(),
        notice.title() == null ? "" : notice.title(),
        notice.id(),
        time(notice.createdAt()),
        notice.url() == null ? "" : notice.url());
  }

  /** Sends a message. The form has nothing by which a retry could be recognized. */
  @POST
  @Path("sendMessage")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  public CompletionStage<Envelope> sendMessage(FormBody form) {
    long recipient = Parameters.id("toId", form.text("toId"));
    String content = form.text("content");
    if (!StorableText.isStorable(content)) {
      throw Problem.badRequest("content must not hold U+0000 or half a character");
    }
    SendMessage message = new SendMessage(null, recipient, content, "", null);
    return intake.send(user(), message, id -> Envelope.of(new Sent(id)));
  }

  /** Marks messages as read. */
  @POST
  @Path("messageRead")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<Envelope> messageRead(JsonBody body) {
    return intake.markRead(
        user(), body.ids("messageIdList", 0, MarkRead.MAX_IDS), () -> Envelope.of((Object) null));
  }

  private UserPrincipal user() {
    return BearerFilter.user(caller);
  }

  /** The smaller id, "-", the larger: the user has to be one of the two. */
  private static long otherOf(@Nullable String conversationId, long user) {
    String[] ids = (conversationId == null ? "" : conversationId).split("-", -1);
    if (ids.length != 2) {
      throw Problem.badRequest("conversationId must be two ids with - between them");
    }
    long low = Parameters.userOrSystem("conversationId", ids[0]);
    long high = Parameters.id("conversationId", ids[1]);
    if (low > high) {
      throw Problem.badRequest("conversationId must begin with the smaller id");
    }
    if (low != user && high != user) {
      throw Problem.forbidden("not a conversation of this user");
    }
    return low == user ? high : low;
  }

  private String time(OffsetDateTime time) {
    return TIME.format(time.atZoneSameInstant(config.server().timeZone()));
  }

  /** A numbered page. */
  private record Slice(int skipped, int size) {

    static Slice of(@Nullable String page, @Nullable String size) {
      int rows = Parameters.inRange("size", size, DEFAULT_SIZE, MAX_SIZE);
      int number = Parameters.inRange("page", page, 1, MAX_ROWS / rows);
      return new Slice((number - 1) * rows, rows);
    }
  }
}
