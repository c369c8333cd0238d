package imserver.message;

import imserver.config.Config;
import imserver.directory.UserDirectory;
import imserver.message.Submission.Post;
import imserver.message.Submission.ReadAck;
import imserver.packet.FailureCode;
import imserver.packet.MarkRead;
import imserver.packet.SendMessage;
import imserver.session.Connection;
import imserver.session.SessionRegistry;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come in. Any thread may call, and none waits for the database: a request is
 * judged, queued, or answered with a failure at once.
 */
@Singleton
@Startup
@DependsOn("Schema")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionManagement(TransactionManagementType.BEAN)
public class Intake {

  @Inject private Config config;
  @Inject private Clock clock;
  @Inject private MessageRules rules;
  @Inject private MessageService service;
  @Inject private MessageIds ids;
  @Inject private UserDirectory directory;
  @Inject private SessionRegistry registry;
  @Resource private ManagedThreadFactory threads;

  /** One permit for each request that may wait: the lanes' queues need no bound of their own. */
  private Semaphore room;

  private List<Lane> lanes;
  private volatile boolean stopping;

  /** For the container, which injects the rest. */
  public Intake() {}

  @PostConstruct
  void start() {
    room = new Semaphore(config.limits().intake());
    Delivery delivery = new Delivery(directory, registry);
    lanes =
        IntStream.range(0, config.storage().lanes())
            .mapToObj(
                number ->
                    new Lane(
                        new Storing(service, ids, delivery, clock), room, config.limits().batch()))
            .toList();
    lanes.forEach(lane -> lane.start(threads));
  }

  /**
   * Takes in a message; its answer goes to {@code connection} when it is stored, or if it is not.
   */
  public void sendMessage(Connection connection, SendMessage request) {
    Post post = new Post(connection, request);
    FailureCode objection = rules.objectionTo(request, connection.user());
    if (objection == null && !connection.budget().tryTake()) {
      objection = FailureCode.RATE_LIMITED;
    }
    submit(post, objection, request.toId());
  }

  /** Takes in a read-ack; {@code connection} hears of it only if it fails. */
  public void markRead(Connection connection, MarkRead request) {
    ReadAck ack = new ReadAck(connection, request);
    FailureCode objection =
        rules.isForeign(request.fromId(), connection.user()) ? FailureCode.FORBIDDEN_SENDER : null;
    submit(ack, objection, connection.user().userId());
  }

  private void submit(Submission submission, @Nullable FailureCode objection, long recipientId) {
    if (objection != null) {
      submission.fail(objection);
    } else if (stopping || !room.tryAcquire()) {
      submission.fail(FailureCode.SERVER_BUSY);
    } else {
      lanes.get(Math.floorMod(Long.hashCode(recipientId), lanes.size())).add(submission);
    }
  }

  /** Stores and answers what is waiting, and lets nothing more in. May be called again. */
  @PreDestroy
  public void stop() {
    stopping = true;
    lanes.forEach(Lane::stop);
    lanes.forEach(Lane::awaitEnd);
  }
}
