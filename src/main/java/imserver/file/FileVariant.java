package imserver.file;

/** What is kept of a file. */
public enum FileVariant {
  /** What users download. */
  CONTENT,
  /** A smaller image of it. */
  PREVIEW,
  /** What has been uploaded so far; gone when the file is complete. */
  INCOMING
}
