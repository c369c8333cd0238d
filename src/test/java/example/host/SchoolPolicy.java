package example.host;

import imserver.api.MessageDraft;
import imserver.api.MessagePolicy;
import imserver.api.PolicyDecision;
import java.util.concurrent.CountDownLatch;

/** Found by its file in {@code META-INF/services}. */
public final class SchoolPolicy implements MessagePolicy {

  @Override
  public PolicyDecision decide(MessageDraft draft) throws InterruptedException {
    if (draft.content().startsWith("hang")) {
      new CountDownLatch(1).await();
    }
    if (draft.content().startsWith("refuse")) {
      return PolicyDecision.refuse("不可以 in class");
    }
    return draft.content().startsWith("replace")
        ? PolicyDecision.replace("replaced for " + draft.senderId())
        : PolicyDecision.allow();
  }
}
