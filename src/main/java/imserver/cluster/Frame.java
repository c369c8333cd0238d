package imserver.cluster;

import java.util.List;

/**
 * What one server tells the others at a time.
 *
 * @param node the server that says it
 * @param number of its frames for all servers, beats too, each has the next one, from 1; those for
 *     a user have {@link #UNNUMBERED}, since a server does not hear all of them
 * @param kind what the frame is
 * @param changes in the order of their commits, for each user; empty but for {@link Kind#CHANGES}
 */
record Frame(long node, long number, Kind kind, List<Change> changes) {

  static final long UNNUMBERED = -1;

  /** What a frame is. */
  enum Kind {
    /** It tells of changes. */
    CHANGES,
    /** It tells of changes, in a version that this server does not know. */
    UNKNOWN,
    /**
     * It tells that the server is alive, and by its number whether frames before it are missing.
     */
    BEAT
  }
}
