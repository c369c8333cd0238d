package imserver.rest;

import imserver.directory.UserDirectory;
import imserver.message.Headline;
import imserver.packet.SendMessage;
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
import java.util.concurrent.CompletionStage;

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
  @Inject private Requests requests;
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
    Draft notice = new Draft(body);
    if (body.is("to", ALL)) {
      return database.askForLong(() -> new NotifiedView(sendToAll(notice)));
    }
    List<Long> recipients = body.ids("to", 1, MAX_RECIPIENTS).stream().distinct().toList();
    return database.ask(() -> new NotifiedView(send(notice, recipients)));
  }

  private record Draft(String content, String clientMessageId, Headline headline) {

    Draft(JsonBody body) {
      this(
          body.text("content", Integer.MAX_VALUE),
          body.text("clientMessageId", SendMessage.MAX_CLIENT_MESSAGE_ID),
          new Headline(
              body.optionalText("title", Headline.MAX_TITLE),
              body.optionalText("url", Headline.MAX_URL)));
      if (clientMessageId.isEmpty()) {
        throw Problem.badRequest("clientMessageId is missing");
      }
    }

    /** The key of a retry is the sender's; this sender has one notice for many. */
    SendMessage to(long userId) {
      return new SendMessage(null, userId, content, "", clientMessageId + " to " + userId);
    }
  }

  private long sendToAll(Draft notice) {
    long sent = 0;
    List<Long> page = directory.idsAfter(0, PAGE);
    while (!page.isEmpty()) {
      sent += send(notice, page);
      page = directory.idsAfter(page.get(page.size() - 1), PAGE);
    }
    return sent;
  }

  private long send(Draft notice, List<Long> recipients) {
    requests.sendNotices(recipients.stream().map(notice::to).toList(), notice.headline());
    return recipients.size();
  }
}
