package imserver.rest;

import imserver.access.UserAccess;
import imserver.auth.UserPrincipal;
import imserver.cluster.Change.ProfileChanged;
import imserver.cluster.Cluster;
import imserver.config.Config;
import imserver.config.Config.Switch;
import imserver.config.StrangerRule;
import imserver.conversation.ConversationService;
import imserver.directory.UserDirectory;
import imserver.directory.UserProfile;
import imserver.message.MessageService;
import imserver.message.Recount;
import imserver.packet.BlankText;
import imserver.packet.WebAddress;
import imserver.query.DatabaseExecutor;
import imserver.session.UserBudgets;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The directory, for the host application. Users see themselves in it, and find others by name or
 * id.
 */
@Path("users")
@Authenticated
@Dependent
@Produces(MediaType.APPLICATION_JSON)
public class UsersResource {

  /** The longest text of a rule. */
  private static final int MAX_RULE = 20;

  private static final int MAX_USERS = 1000;
  private static final int MAX_FOUND = 20;

  @Inject private UserDirectory directory;
  @Inject private ConversationService conversations;
  @Inject private Cluster cluster;
  @Inject private MessageService messages;
  @Inject private UserAccess access;
  @Inject private Audit audit;
  @Inject private Clock clock;
  @Inject private Config config;
  @Inject private UserBudgets budgets;
  @Inject private DatabaseExecutor database;
  @Context private SecurityContext caller;

  /** For the container, which injects the rest. */
  public UsersResource() {}

  /** The users that were found, in the order of names. */
  public record FoundView(List<UserView> users) {}

  /** How many entries were written. */
  public record WrittenView(int users) {}

  /** What a recount found, and put right. */
  public record RecountView(long before, long after, long correctedConversations) {}

  /** Users by the beginning of their names. */
  @GET
  public CompletionStage<FoundView> find(@QueryParam("name") @Nullable String name) {
    if (config.server().userSearch() == Switch.OFF) {
      throw Problem.forbidden("this server has its search for users turned off");
    }
    String beginning = Parameters.text("name", name, UserProfile.MAX_SEARCH);
    UserPrincipal user = BearerFilter.principal(caller);
    chargeSearch(user);
    return database.ask(
        user,
        1,
        () ->
            new FoundView(
                directory.findByName(beginning, MAX_FOUND).stream().map(UserView::of).toList()));
  }

  /** Keeps users from reading the directory from end to end; the host application may. */
  private void chargeSearch(UserPrincipal principal) {
    Duration wait =
        principal.service() ? Duration.ZERO : budgets.searches().take(principal.userId());
    if (!wait.isZero()) {
      throw Problem.rateLimited("too many searches, slow down", wait);
    }
  }

  /** The caller's own entry, whether or not the directory has one. */
  @GET
  @Path("me")
  public CompletionStage<UserView> me() {
    UserPrincipal user = BearerFilter.user(caller);
    return database.ask(user, 1, () -> UserView.of(directory.profile(user)));
  }

  /** What the user wants of strangers: his own rule, null for none, and the one that applies. */
  public record PreferencesView(@Nullable String strangers, String strangersEffective) {}

  /** What the caller has set for himself. */
  @GET
  @Path("me/settings")
  public CompletionStage<PreferencesView> preferences() {
    UserPrincipal user = BearerFilter.user(caller);
    return database.ask(
        user, 1, () -> preferences(conversations.strangerQuota(user.userId()).orElse(null)));
  }

  /** Sets it anew; {@code strangers} absent or null for no rule but the site's. */
  @PUT
  @Path("me/settings")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<PreferencesView> setPreferences(JsonBody body) {
    UserPrincipal user = BearerFilter.user(caller);
    String text = body.optionalText("strangers", MAX_RULE);
    Integer quota = text == null ? null : quotaOf(text);
    return database.ask(
        user,
        1,
        () -> {
          messages.setStrangerQuota(user.userId(), quota);
          return preferences(quota);
        });
  }

  /** Null for "open", which is no rule. */
  private static @Nullable Integer quotaOf(String text) {
    try {
      StrangerRule rule = StrangerRule.of(text);
      return rule.isBounded() ? rule.quota() : null;
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("strangers " + e.getMessage());
    }
  }

  private PreferencesView preferences(@Nullable Integer own) {
    StrangerRule site = config.rules().strangers();
    return own == null
        ? new PreferencesView(null, site.toString())
        : new PreferencesView(
            new StrangerRule(own).toString(),
            new StrangerRule(Math.min(own, site.quota())).toString());
  }

  /**
   * One entry. Another user's is a search like one by name: where that is turned off, a user is
   * shown those with whom there is a conversation.
   */
  @GET
  @Path("{id}")
  public CompletionStage<UserView> get(@PathParam("id") String id) {
    long userId = Parameters.id("id", id);
    UserPrincipal user = BearerFilter.principal(caller);
    boolean isOther = !user.service() && user.userId() != userId;
    if (isOther) {
      chargeSearch(user);
    }
    boolean mustKnow = isOther && config.server().userSearch() == Switch.OFF;
    return database.ask(
        user,
        1,
        () -> {
          if (mustKnow && !conversations.acquainted(user.userId(), userId)) {
            throw Problem.forbidden(
                "this server shows users only those with whom they have a conversation");
          }
          return Optional.ofNullable(directory.find(Set.of(userId)).get(userId))
              .map(UserView::of)
              .orElseThrow(() -> Problem.notFound("no such user in the directory"));
        });
  }

  /** Replaces one entry, or enters it. */
  @PUT
  @Path("{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<UserView> put(@PathParam("id") String id, JsonBody body) {
    BearerFilter.requireService(caller);
    UserProfile profile = profile(Parameters.id("id", id), body);
    UserPrincipal writer = BearerFilter.principal(caller);
    return database.ask(
        () -> {
          write(writer, List.of(profile));
          return UserView.of(profile);
        });
  }

  private void write(UserPrincipal writer, List<UserProfile> profiles) {
    List<Long> ids = profiles.stream().map(UserProfile::userId).toList();
    audit.line(
        writer,
        "write users " + Audit.ids(ids),
        () -> {
          directory.put(profiles);
          cluster.publish(ids.stream().map(ProfileChanged::new).toList());
          return profiles.size();
        },
        count -> count + " written");
  }

  /** Replaces or enters many, all or none. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  public CompletionStage<WrittenView> putAll(JsonBody body) {
    BearerFilter.requireService(caller);
    List<UserProfile> profiles =
        body.objects("users", MAX_USERS).stream()
            .map(user -> profile(user.id("id"), user))
            .toList();
    UserPrincipal writer = BearerFilter.principal(caller);
    return database.ask(
        () -> {
          write(writer, profiles);
          return new WrittenView(profiles.size());
        });
  }

  private static UserProfile profile(long id, JsonBody body) {
    return new UserProfile(
        id,
        notBlank(body.optionalText("name", UserPrincipal.MAX_NAME)),
        avatar(notBlank(body.optionalText("avatar", UserPrincipal.MAX_AVATAR))));
  }

  private static @Nullable String avatar(@Nullable String address) {
    if (address != null && !WebAddress.isOfImage(address)) {
      throw Problem.badRequest("avatar must be an http or https address, or a relative one");
    }
    return address;
  }

  private static @Nullable String notBlank(@Nullable String text) {
    return text == null || BlankText.isBlank(text) ? null : text;
  }

  /**
   * Ends a user's access: the sockets, and every token that was issued up to now. Answered when the
   * second is over, so that a token that is issued after the answer is good.
   */
  @DELETE
  @Path("{id}/sessions")
  public CompletionStage<Response> endSessions(@PathParam("id") String id) {
    BearerFilter.requireService(caller);
    long userId = Parameters.id("id", id);
    UserPrincipal host = BearerFilter.principal(caller);
    UserAccess.Ended ended = access.end(userId); // here: whatever the database does
    return database
        .ask(() -> keep(host, userId, ended))
        .thenCompose(
            kept ->
                database.later(
                    Duration.between(clock.instant(), kept.over()), Response.noContent().build()));
  }

  private UserAccess.Ended keep(UserPrincipal host, long userId, UserAccess.Ended ended) {
    return audit.line(
        host,
        "end access of user " + userId,
        () -> {
          access.keep(userId, ended);
          return ended;
        },
        kept -> kept.connections() + " connections closed");
  }

  /** Counts a user's unread messages one by one, for an operator who doubts the counts. */
  @POST
  @Path("{id}/recount")
  public CompletionStage<RecountView> recount(@PathParam("id") String id) {
    BearerFilter.requireService(caller);
    long userId = Parameters.id("id", id);
    UserPrincipal operator = BearerFilter.principal(caller);
    return database.ask(() -> recount(operator, userId));
  }

  private RecountView recount(UserPrincipal operator, long userId) {
    Recount recount =
        audit.line(
            operator,
            "recount user " + userId,
            () -> messages.recount(userId),
            found ->
                "%d before, %d after, %d conversations corrected"
                    .formatted(found.before(), found.after(), found.corrected()));
    return new RecountView(recount.before(), recount.after(), recount.corrected());
  }
}
