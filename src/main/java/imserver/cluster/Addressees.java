package imserver.cluster;

import imserver.cluster.Change.MessageRecalled;
import imserver.cluster.Change.MessageStored;
import imserver.cluster.Change.MessagesRead;
import imserver.cluster.Change.Typing;
import imserver.cluster.Change.Untold;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Changes by whom they concern, each time in their order.
 *
 * @param byUser what concerns a user; a change that concerns two is there twice
 * @param forAll what concerns no users in particular
 */
record Addressees(Map<Long, List<Change>> byUser, List<Change> forAll) {

  static Addressees of(List<? extends Change> changes) {
    Map<Long, List<Change>> byUser = new LinkedHashMap<>();
    List<Change> forAll = new ArrayList<>();
    for (Change change : changes) {
      Set<Long> users = users(change);
      if (users.isEmpty()) {
        forAll.add(change);
      }
      users.forEach(user -> byUser.computeIfAbsent(user, some -> new ArrayList<>()).add(change));
    }
    return new Addressees(byUser, forAll);
  }

  private static Set<Long> users(Change change) {
    Set<Long> users = new LinkedHashSet<>();
    if (change instanceof MessageStored message) {
      users.add(message.recipientId());
      users.add(message.senderId());
    } else if (change instanceof MessagesRead read) {
      users.add(read.readerId());
      users.add(read.senderId());
    } else if (change instanceof MessageRecalled recalled) {
      users.add(recalled.recipientId());
      users.add(recalled.senderId());
    } else if (change instanceof Untold untold) {
      users.add(untold.userId());
    } else if (change instanceof Typing typing) {
      users.add(typing.toId());
    }
    users.remove(0L); // the system, which is connected nowhere
    return users;
  }
}
