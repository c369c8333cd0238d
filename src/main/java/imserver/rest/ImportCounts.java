package imserver.rest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has become of the lines of an import.
 *
 * @param lines that were not blank
 * @param imported of these, messages that are stored
 * @param present messages that were imported before
 * @param failed the others
 * @param errors why, of the first of them
 */
public record ImportCounts(
    long lines, long imported, long present, long failed, List<LineError> errors) {

  /**
   * A line that is no message that can be imported.
   *
   * @param line its number, from 1
   * @param id the message's, null where the line has none
   */
  public record LineError(long line, @Nullable String id, String code, String detail) {}
}
