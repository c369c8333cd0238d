package imserver.rest;

import java.util.List;

/** An answer of several JSON objects, each in a line of its own. */
record JsonLines(List<? extends Record> lines) {

  /** Its media type. */
  static final String MEDIA_TYPE = "application/x-ndjson";
}
