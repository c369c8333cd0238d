package imserver.file;

/** What is kept of a file. */
public enum FileVariant {
  /** What users download. */
  CONTENT(0),
  /** A smaller image of it. */
  PREVIEW(1),
  /** What has been uploaded so far; gone when the file is complete. */
  INCOMING(2);

  private final int code;

  FileVariant(int code) {
    this.code = code;
  }

  /** In the database. */
  int code() {
    return code;
  }
}
