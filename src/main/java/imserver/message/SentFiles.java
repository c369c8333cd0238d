package imserver.message;

import imserver.content.Verdict;
import imserver.content.WordFilter;
import imserver.file.OwnedFile;
import imserver.message.Submission.Send;
import imserver.packet.Attachment;
import imserver.packet.FailureCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the files that messages are to carry, and what the words of the site say of
 * their names. Every method waits for the database. Safe for use by several threads.
 */
final class SentFiles {

  private final MessageService service;
  private final WordFilter words;

  SentFiles(MessageService service, WordFilter words) {
    this.service = service;
    this.words = words;
  }

  /**
   * Looks for the files of messages, where some carry any. Who names a file that is not his, or not
   * complete, is to be refused, and so is a name with a word that is not allowed.
   *
   * @return the messages, in their order; the names of their files are masked
   */
  List<Send> find(List<Send> sends) {
    return with(sends, ofAll(sends));
  }

  /**
   * The same, and from then on files whose names are masked have these names, whoever looks at
   * them: to be done before the messages are stored.
   */
  List<Send> findAndMask(List<Send> sends) {
    Map<Long, OwnedFile> files = ofAll(sends);
    List<Send> found = with(sends, files);
    Map<Long, String> masked = new HashMap<>();
    found.stream()
        .filter(send -> send.verdict().refusal() == null)
        .flatMap(send -> send.attachments().stream())
        .filter(file -> isMasked(file, files.get(file.fileId())))
        .forEach(file -> masked.put(file.fileId(), file.name()));
    if (!masked.isEmpty()) {
      service.renameFiles(masked);
    }
    return found;
  }

  private static boolean isMasked(Attachment file, @Nullable OwnedFile known) {
    return known != null && !file.name().equals(known.attachment().name());
  }

  private Map<Long, OwnedFile> ofAll(List<Send> sends) {
    Set<Long> ids =
        sends.stream().flatMap(send -> send.request().files().stream()).collect(Collectors.toSet());
    return ids.isEmpty() ? Map.of() : service.files(ids);
  }

  private List<Send> with(List<Send> sends, Map<Long, OwnedFile> files) {
    return sends.stream().map(send -> with(send, files)).toList();
  }

  private Send with(Send send, Map<Long, OwnedFile> files) {
    if (send.request().files().isEmpty()) {
      return send;
    }
    List<Attachment> own =
        send.request().files().stream()
            .map(files::get)
            .filter(Objects::nonNull)
            .filter(file -> file.ownerId() == send.requester().user().userId())
            .map(OwnedFile::attachment)
            .toList();
    return own.size() == send.request().files().size()
        ? checked(send, own)
        : send.with(send.verdict().refused(FailureCode.UNKNOWN_FILE, ""));
  }

  private Send checked(Send send, List<Attachment> files) {
    Verdict verdict = send.verdict();
    List<Attachment> named = new ArrayList<>();
    for (Attachment file : files) {
      Verdict ofName = words.check(file.name());
      if (ofName.refusal() != null && verdict.refusal() == null) {
        verdict = verdict.refused(ofName.refusal().code(), "");
      }
      if (ofName.isReported()) {
        verdict = verdict.reported();
      }
      named.add(file.named(ofName.content()));
    }
    return send.with(verdict).with(named);
  }
}
