package imserver.message;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries of the repositories and of {@code H2UnreadWriter}, as they reach H2. */
@DisplayName("H2 reads in the order of an index, without sorting,")
class H2QueryPlanTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          what is unread | unread where recipient_id = 1 and message_id > 5 order by recipient_id, message_id
          a page of a replay | unread u, message m where m.id = u.message_id and u.recipient_id = 1 and u.message_id > 5 and m.id >= (select min(f.message_id) from unread f where f.recipient_id = 1 and f.message_id > 5) order by u.recipient_id, u.message_id
          a history | message where sender_id = 1 and recipient_id = 2 and id < 9 order by sender_id desc, recipient_id desc, id desc
          a history onwards | message where sender_id = 1 and recipient_id = 2 and id > 9 order by sender_id, recipient_id, id
          the oldest messages | message where id > 5 order by id
          to whom else a user has written | message where sender_id = 1 and recipient_id > 2 order by sender_id, recipient_id
          conversations | conversation where low_id = 1 and bucket_low between 0 and 9 order by low_id, bucket_low desc, last_low desc
          conversations of the other side | conversation where high_id = 1 order by high_id, bucket_high desc, last_high desc
          """)
  void indexSorted(String what, String query) {
    try (MemoryDatabase database = new MemoryDatabase();
        EntityManager entities = database.entities()) {
      Object plan =
          entities
              .createNativeQuery("explain select * from " + query + " limit 10")
              .getSingleResult();
      assertThat(plan.toString()).as(what).contains("index sorted");
    }
  }
}
