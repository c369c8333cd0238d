package imserver.message;

import org.junit.jupiter.api.DisplayName;

@DisplayName("The store of the unit tests")
class FakeMessageStoreTest extends MessageStoreContract {

  private final FakeMessageStore store = new FakeMessageStore();

  @Override
  MessageStore store() {
    store.tells = false;
    return store;
  }

  @Override
  MessageStore telling() {
    store.tells = true;
    return store;
  }

  @Override
  StoreState state() {
    return new FakeStoreState(store);
  }
}
