package example.host;

import imserver.api.MessageDraft;
import imserver.api.MessagePolicy;
import imserver.api.PolicyDecision;
import jakarta.enterprise.context.ApplicationScoped;

/** Found as a bean. */
@ApplicationScoped
public class SchoolBean implements MessagePolicy {

  @Override
  public PolicyDecision decide(MessageDraft draft) {
    return draft.content().startsWith("bean")
        ? PolicyDecision.refuse("by the bean")
        : PolicyDecision.allow();
  }
}
