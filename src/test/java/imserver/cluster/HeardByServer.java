package imserver.cluster;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What a server hears of the others, and to whom it is connected. */
final class HeardByServer implements Cluster.Listener {

  final List<Change> changes = new CopyOnWriteArrayList<>();
  final AtomicInteger comparisons = new AtomicInteger();
  final List<Long> compared = new CopyOnWriteArrayList<>();
  volatile Set<Long> users;

  HeardByServer(Long... users) {
    this.users = Set.of(users);
  }

  @Override
  public void changed(List<Change> some) {
    changes.addAll(some);
  }

  @Override
  public void compare() {
    comparisons.incrementAndGet();
  }

  @Override
  public void compare(List<Long> some) {
    compared.addAll(some);
  }

  @Override
  public Set<Long> users() {
    return users;
  }
}
