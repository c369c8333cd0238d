package imserver.session;

import imserver.config.Config;
import imserver.packet.MarkRead;
import io.github.bucket4j.TimeMeter;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;

/** The rate limits of users (PROTOCOL.md, section 7), over sockets, REST and old paths together. */
@ApplicationScoped
public class UserBudgets {

  /** The most that one request over HTTP counts for: it costs as much as so many short ones. */
  public static final int MAX_REQUEST_COST = 25;

  /**
   * The most that is owed at once for long answers: those of 16 requests with 2 MiB each, where 16
   * KiB count for one request. A budget is kept until that is refilled.
   */
  private static final int MAX_OWED = 16 * 128;

  /** Reports of messages a minute; each may keep a copy of some hundred. */
  private static final int REPORTS = 5;

  /** How often others are told that a user is writing (PROTOCOL-2.md, section 3). */
  private static final Duration TYPING = Duration.ofSeconds(3);

  @Inject private Config config;

  private TimeMeter time = TimeMeter.SYSTEM_NANOTIME;
  private UserBudget messages;
  private UserBudget readAcks;
  private UserBudget requests;
  private UserBudget searches;
  private UserBudget connects;
  private UserBudget typing;
  private UserBudget reports;

  /** For the container, which injects the rest. */
  public UserBudgets() {}

  /** Budgets that are refilled by the given clock, for tests. */
  public static UserBudgets with(Config config, TimeMeter time) {
    UserBudgets budgets = new UserBudgets();
    budgets.config = config;
    budgets.time = time;
    budgets.fill();
    return budgets;
  }

  @PostConstruct
  void fill() {
    Config.Limits limits = config.limits();
    messages = UserBudget.perSecond(limits.rate(), 1, time);
    readAcks = UserBudget.perSecond(limits.readRate(), MarkRead.MAX_IDS, time);
    requests = UserBudget.perSecond(limits.requestRate(), MAX_OWED, time);
    searches = UserBudget.perMinute(limits.searchRate(), 1, time);
    connects = UserBudget.perMinute(limits.connectRate(), 1, time);
    typing = UserBudget.oneEach(TYPING, time);
    reports = UserBudget.perMinute(REPORTS, 1, time);
  }

  /** Messages that are sent. */
  public UserBudget messages() {
    return messages;
  }

  /** Ids in read-acks. */
  public UserBudget readAcks() {
    return readAcks;
  }

  /** What others are told of the user writing. */
  public UserBudget typing() {
    return typing;
  }

  /** Requests over HTTP, and for what has changed over a socket, whatever they ask for. */
  public UserBudget requests() {
    return requests;
  }

  /** Searches of the directory. */
  public UserBudget searches() {
    return searches;
  }

  /** Reports of messages. */
  public UserBudget reports() {
    return reports;
  }

  /** WebSocket handshakes. */
  public UserBudget connects() {
    return connects;
  }
}
