package imserver.message;

import java.util.List;

/** The state of a {@link FakeMessageStore}. */
record FakeStoreState(FakeMessageStore store) implements StoreState {

  @Override
  public long head(long user) {
    return store.head(user);
  }

  @Override
  public long total(long user) {
    synchronized (store) {
      return store.totals.getOrDefault(user, 0L);
    }
  }

  @Override
  public long count(long reader, long sender) {
    synchronized (store) {
      return store.counts.getOrDefault(List.of(reader, sender), 0L);
    }
  }

  @Override
  public long readUpTo(long reader, long sender) {
    return store.readUpTo(reader, sender);
  }

  @Override
  public long changed(long user, long other) {
    synchronized (store) {
      return store.changed.getOrDefault(List.of(user, other), 0L);
    }
  }

  @Override
  public long last(long user, long other) {
    return store.last(user, other);
  }

  @Override
  public List<Long> unread(long user) {
    return store.unread(user, 0).stream().map(ReceivedMessage::id).toList();
  }

  @Override
  public List<Long> page(long user, long afterId) {
    return store.idsOf(user, afterId).stream().limit(20).toList();
  }

  @Override
  public List<String> steps(long user) {
    synchronized (store) {
      return store.steps.stream()
          .filter(step -> step.userId() != null && step.userId() == user)
          .map(step -> step.action().text() + ": " + step.reason())
          .toList();
    }
  }

  @Override
  public List<String> events() {
    synchronized (store) {
      return List.copyOf(store.events);
    }
  }

  @Override
  public List<String> queue() {
    synchronized (store) {
      return List.copyOf(store.queue);
    }
  }

  @Override
  public List<String> unseen() {
    synchronized (store) {
      return List.copyOf(store.unseen);
    }
  }

  @Override
  public void miscount(long reader, long sender, long by) {
    synchronized (store) {
      store.totals.merge(reader, by, Long::sum);
      store.counts.merge(List.of(reader, sender), by, Long::sum);
    }
  }
}
