package imserver.content;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.List;

/** A list of words that moderators have put. */
@Entity
@Table(name = "word_list")
class StoredWords {

  @Id
  @Column(name = "action")
  private String action;

  /** With line ends between them. */
  @Column(name = "words", nullable = false)
  private String words;

  /** One more with each writing. */
  @Column(name = "version", nullable = false)
  private long version;

  /** For JPA, which fills the fields. */
  @SuppressWarnings("NullAway.Init")
  protected StoredWords() {}

  StoredWords(WordAction action) {
    this.action = action.toString();
    this.words = "";
  }

  WordAction action() {
    return WordAction.of(action);
  }

  List<String> words() {
    return words.isEmpty() ? List.of() : List.of(words.split("\n"));
  }

  void replace(List<String> newWords) {
    words = String.join("\n", newWords);
    version++;
  }
}
