package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.directory.UserDirectory;
import imserver.message.NoticeDetails;
import imserver.packet.BlankText;
import imserver.packet.SendMessage;
import imserver.packet.WebAddress;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Messages of the system, for the host application. */
@Path("notices")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class NoticesResource {

  private static final int MAX_RECIPIENTS = 1000;
  private static final int PAGE = 500;
  private static final String ALL = "all";

  @Inject private UserDirectory directory;
  @Inject private HttpIntake intake;
  @Inject private Audit audit;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public NoticesResource() {}

  /** To how many users the notice went. */
  public record NotifiedView(long recipients) {}

  /**
   * Sends a notice, and answers when it is stored for everyone; to all, portion by portion. Its
   * {@code clientMessageId} is required: where a request breaks off in the middle, the same again
   * reaches the rest, and nobody twice.
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<NotifiedView> send(JsonBody body) {
    BearerFilter.requireService(caller);
    NoticeRequest notice = new NoticeRequest(body);
    if (body.is("to", ALL)) {
      return database.askForLong(sending("all users", () -> sendToAll(notice)));
    }
    List<Long> recipients = body.ids("to", 1, MAX_RECIPIENTS).stream().distinct().toList();
    return database.askInTurn(
        sending("users " + Audit.ids(recipients), () -> send(notice, recipients)));
  }

  private Callable<NotifiedView> sending(String to, Supplier<Long> sending) {
    UserPrincipal sender = BearerFilter.principal(caller); // here: the request ends before the job
    return () ->
        new NotifiedView(
            audit.line(sender, "send a notice to " + to, sending, count -> count + " recipients"));
  }

  private record NoticeRequest(
      String content, String clientMessageId, NoticeDetails noticeDetails) {

    NoticeRequest(JsonBody body) {
      this(
          body.text("content", Integer.MAX_VALUE),
          body.text("clientMessageId", SendMessage.MAX_CLIENT_MESSAGE_ID),
          new NoticeDetails(
              notBlank(body.optionalText("title", NoticeDetails.MAX_TITLE)),
              body.optionalText("url", NoticeDetails.MAX_URL)));
      if (noticeDetails.url() != null && !WebAddress.isOfLink(noticeDetails.url())) {
        throw Problem.badRequest(
            "url must be an http or https address, or a relative one that does not begin with //");
      }
      if (clientMessageId.isEmpty()) {
        throw Problem.badRequest("clientMessageId is missing");
      }
    }

    private static @Nullable String notBlank(@Nullable String title) {
      return title == null || BlankText.isBlank(title) ? null : title;
    }

    /** The key of a retry is the sender's; this sender has one notice for many. */
    SendMessage to(long userId) {
      return new SendMessage(null, userId, content, "", clientMessageId + " to " + userId);
    }
  }

  private long sendToAll(NoticeRequest notice) {
    long sent = 0;
    List<Long> page = directory.idsAfter(0, PAGE);
    while (!page.isEmpty()) {
      sent += send(notice, page);
      page = directory.idsAfter(page.get(page.size() - 1), PAGE);
    }
    return sent;
  }

  private long send(NoticeRequest notice, List<Long> recipients) {
    intake.sendNotices(recipients.stream().map(notice::to).toList(), notice.noticeDetails());
    return recipients.size();
  }
}
