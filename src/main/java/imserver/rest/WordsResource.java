package imserver.rest;

import imserver.auth.UserPrincipal;
import imserver.content.WordAction;
import imserver.content.WordLists;
import imserver.moderation.ModerationStep;
import imserver.moderation.ModerationStep.Action;
import imserver.query.DatabaseExecutor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The words that are not allowed in messages, for moderators. */
@Path("words")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class WordsResource {

  private static final int MAX_WORDS = 200_000;

  @Inject private WordLists lists;
  @Inject private Clock clock;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public WordsResource() {}

  /** The lists; each with the words that moderators have put. */
  public record WordsView(List<String> refuse, List<String> mask, List<String> report) {}

  /** How many words a list has now. */
  public record WrittenWordsView(String list, int words) {}

  /** All lists, without the words of {@code IMSERVER_WORDS}. */
  @GET
  public CompletionStage<WordsView> get() {
    BearerFilter.requireModerator(caller);
    return database.ask(
        () -> {
          Map<WordAction, List<String>> stored = lists.stored();
          return new WordsView(
              stored.getOrDefault(WordAction.REFUSE, List.of()),
              stored.getOrDefault(WordAction.MASK, List.of()),
              stored.getOrDefault(WordAction.REPORT, List.of()));
        });
  }

  /** Replaces one. It holds here at once, and on other servers some seconds later. */
  @PUT
  @Path("{list}")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<WrittenWordsView> put(@PathParam("list") String list, JsonBody body) {
    UserPrincipal moderator = BearerFilter.requireModerator(caller);
    WordAction action = action(list);
    List<String> words =
        body.texts("words", MAX_WORDS, WordLists.MAX_WORD).stream().map(String::strip).toList();
    words.stream()
        .filter(word -> !WordLists.isUsable(word))
        .findFirst()
        .ifPresent(
            word -> {
              throw Problem.badRequest(
                  "each of words must have 1 to %d letters or digits, in one line: not \"%s\""
                      .formatted(WordLists.MAX_WORD, word));
            });
    ModerationStep step =
        ModerationStep.of(moderator, OffsetDateTime.now(clock), Action.PUT_WORDS, "")
            .with(action + ": " + words.size());
    return database.ask(
        () -> {
          lists.put(action, words, step);
          return new WrittenWordsView(action.toString(), words.size());
        });
  }

  private static WordAction action(String list) {
    try {
      return WordAction.of(list);
    } catch (IllegalArgumentException e) {
      throw Problem.notFound("there are the lists refuse, mask and report");
    }
  }
}
