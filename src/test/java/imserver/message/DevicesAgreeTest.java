package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import imserver.cluster.Change;
import imserver.packet.Response;
import imserver.packet.Response.Behind;
import imserver.packet.Response.ConversationState;
import imserver.packet.Response.Incoming;
import imserver.packet.Response.Marked;
import imserver.packet.Response.MessageAdded;
import imserver.packet.Response.MessageRecalled;
import imserver.packet.Response.MessagesRead;
import imserver.packet.Response.Recalled;
import imserver.packet.Response.Success;
import imserver.packet.Response.Welcome;
import imserver.session.ChangeStream;
import imserver.session.DeviceState;
import imserver.session.DeviceState.Place;
import imserver.session.DeviceState.View;
import imserver.session.FakeConnection;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL-2.md, section 7. */
@DisplayName("The devices of a user")
class DevicesAgreeTest extends SiteFixture {

  private static final int STEPS = 3000;
  private static final OffsetDateTime CAME =
      OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 0, ZoneOffset.UTC);

  /** Happens between the two queries that answer what has changed. */
  private Runnable meanwhile = () -> {};

  /** A device that keeps the rule for its cursor. Takes what it was told when it likes. */
  private final class Device {

    final long user;
    final DeviceState state;
    Server server;
    FakeConnection connection;
    ChangeStream stream;
    int taken;

    /** What its commands were, by the names of the requests. */
    final Map<String, Response> commands = new HashMap<>();

    int syncs;
    int connects;

    Device(long user, Server server) {
      this.user = user;
      this.state = new DeviceState(user);
      connect(server);
    }

    void connect(Server to) {
      server = to;
      connection = new FakeConnection(user);
      stream = to.registry.openForChanges(connection);
      to.catchUp.begin(user);
      to.registry.welcome(
          stream, head -> new Welcome(user, head, "epoch", 4000, 120, true, false, 0));
      taken = 0;
      connects++;
    }

    void cut() {
      server.registry.close(connection);
    }

    void take() {
      while (taken < connection.sent.size()) {
        take(connection.sent.get(taken++));
      }
    }

    private void take(Response packet) {
      if (packet instanceof Welcome welcome) {
        if (state.place(welcome.head() + 1) == Place.BEHIND) {
          synchronize();
        }
      } else if (packet instanceof Behind) {
        synchronize();
      } else if (packet instanceof Response.Answer answer) {
        Response command = commands.remove(answer.requestId());
        if (answer.change() > 0 && command != null) {
          apply(answer.change(), command);
        }
      } else {
        apply(changeOf(packet), packet);
      }
    }

    private void apply(long change, Response event) {
      if (state.take(change, event) == Place.BEHIND) {
        synchronize();
      }
    }

    private void synchronize() {
      syncs++;
      long head = store.head(user);
      meanwhile.run();
      List<ConversationState> changes = store.changesSince(user, state.cursor());
      state.synchronize(changes, head);
    }

    void send(long to, String text) {
      NewMessage message = new NewMessage(new DedupeKey(user, text), to, text, "", CAME, null);
      if (store.add(List.of(message), SiteRules.OPEN).get(0) instanceof Outcome.Stored stored) {
        Incoming incoming = new Incoming(stored.messageId(), user, to, text, "", "" + user, "");
        Long unread = to == user ? stored.unread() : null;
        command(
            text,
            new MessageAdded(
                stored.senderChange(), to, incoming, CAME.toInstant(), unread, null, null, null));
        stream.send(
            new Success(
                user,
                "",
                stored.messageId(),
                null,
                text,
                stored.senderChange(),
                message.createdAt().toInstant(),
                unread));
        server.delivery.committed(List.of(message.asChange(stored, text)));
      }
    }

    void read(long id, String name) {
      List<ReadMark> marks = store.markRead(Map.of(user, List.of(id)), true);
      for (ReadMark mark : marks) {
        command(
            name,
            new MessagesRead(
                mark.readerChange(), mark.senderId(), user, mark.readUpTo(), mark.unread()));
        stream.send(new Marked(name, mark.readerChange(), mark.unread(), mark.readUpTo()));
      }
      server.delivery.committed(marks.stream().<Change>map(ReadMark::asChange).toList());
    }

    void recall(long id, String name) {
      RecallOutcome outcome = store.recall(user, id, CAME, CAME);
      if (outcome instanceof RecallOutcome.Recalled recalled) {
        Long unread = recalled.recipientId() == user ? recalled.unread() : null;
        command(
            name, new MessageRecalled(recalled.senderChange(), recalled.recipientId(), id, unread));
        stream.send(new Recalled(name, recalled.senderChange(), unread));
        server.delivery.committed(List.of(recalled.asChange()));
      }
    }

    void set(Random random) {
      long other = 1 + random.nextInt(USERS);
      boolean on = random.nextBoolean();
      set(
          other,
          switch (random.nextInt(other == user ? 3 : 4)) {
            case 0 -> new SettingsChange(null, on, null, null);
            case 1 -> new SettingsChange(null, null, on, null);
            case 2 -> new SettingsChange(null, null, null, on);
            default -> SettingsChange.block(on);
          });
    }

    private void set(long other, SettingsChange change) {
      if (store.set(user, other, change) instanceof SettingsOutcome.Set set && set.change() > 0) {
        server.delivery.committed(List.of(set.asChange(user, other)));
      }
    }

    private void command(String name, Response event) {
      commands.put(name, event);
    }
  }

  private static long changeOf(Response event) {
    if (event instanceof MessageAdded added) {
      return added.change();
    }
    if (event instanceof Response.ConversationSet set) {
      return set.change();
    }
    return event instanceof MessagesRead read ? read.change() : ((MessageRecalled) event).change();
  }

  private Map<Long, View> truth(long user) {
    return store.changesSince(user, 0).stream()
        .collect(Collectors.toMap(ConversationState::otherId, View::of, (a, b) -> a, TreeMap::new));
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 1", "1, 0, 2", "3, 0, 3", "3, 0.1, 4", "3, 0.1, 5", "3, 0.5, 6", "3, 1, 7"})
  @DisplayName(
      "agree with each other and the database, whatever is cut, lost, doubled and reordered:")
  void agree(int count, double faults, long seed) {
    Random random = new Random(seed);
    List<Server> servers = new ArrayList<>();
    Map<Server, List<List<Change>>> underWay = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Server server = new Server();
      servers.add(server);
      underWay.put(server, new ArrayList<>());
    }
    List<Device> devices = new ArrayList<>();
    List<Socket> oldOnes = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      devices.add(new Device(1 + i % USERS, servers.get(random.nextInt(count))));
    }
    AtomicInteger others = new AtomicInteger();
    meanwhile =
        () -> {
          Device other = devices.get(random.nextInt(devices.size()));
          if (random.nextBoolean()) {
            other.send(1 + random.nextInt(USERS), "o" + others.incrementAndGet());
          } else {
            other.read(store.messages.lastKey(), "q" + others.incrementAndGet());
          }
        };
    for (int step = 0; step < STEPS; step++) {
      Device device = devices.get(random.nextInt(devices.size()));
      switch (random.nextInt(13)) {
        case 0, 1, 2, 3 -> device.send(1 + random.nextInt(USERS), "m" + step);
        case 4, 5, 6 -> device.read(1 + random.nextInt(step + 1), "r" + step);
        case 7 -> device.recall(1 + random.nextInt(step + 1), "x" + step);
        case 8 -> {
          if (random.nextInt(20) == 0) {
            device.cut();
            device.connect(servers.get(random.nextInt(count)));
          }
        }
        case 9 -> {
          if (random.nextInt(50) == 0) {
            oldOnes.add(device.server.connect(device.user));
          }
        }
        case 10 -> device.server.look();
        case 11 -> device.set(random);
        default -> {
          device.take();
          if (device.state.cursor() == store.head(device.user)) {
            assertThat(device.state.views()).isEqualTo(truth(device.user));
          }
        }
      }
      publish(device.server, underWay, faults, random);
      receive(servers.get(random.nextInt(count)), underWay, faults, random);
    }
    meanwhile = () -> {};
    servers.forEach(Server::compare);
    await()
        .untilAsserted(
            () -> {
              servers.forEach(Server::look);
              devices.forEach(Device::take);
              for (Device device : devices) {
                assertThat(device.state.cursor()).isEqualTo(store.head(device.user));
                assertThat(device.state.views()).isEqualTo(truth(device.user));
              }
              for (Socket old : oldOnes) {
                assertThat(old.ids()).isSorted().doesNotHaveDuplicates().containsAll(expected(old));
              }
            });
    if (count == 1) {
      assertThat(devices).as("nothing is missing where nothing is lost").allMatch(this::wasTold);
    }
  }

  private boolean wasTold(Device device) {
    return device.syncs <= device.connects
        && device.connection.sent.stream().noneMatch(Behind.class::isInstance);
  }
}
