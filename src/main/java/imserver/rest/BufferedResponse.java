package imserver.rest;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is written until all is there. Status and headers go to the response behind it, which
 * is not committed by anything here. For one thread at a time.
 */
final class BufferedResponse extends HttpServletResponseWrapper {

  private static final int LAST_INFORMATIONAL = 199;

  private final boolean head;
  private final int unreadStatus;
  private final Body body = new Body();
  private @Nullable PrintWriter writer;

  /** What was set last; 0 for nothing. GlassFish forgets it where a request is begun anew. */
  private int status;

  /**
   * Over a response.
   *
   * @param head whether the request is a HEAD, whose answer gives no length
   * @param unreadStatus of the answer to a request whose body was not read to its end, after which
   *     the connection is closed; else 0
   */
  BufferedResponse(HttpServletResponse response, boolean head, int unreadStatus) {
    super(response);
    this.head = head;
    this.unreadStatus = unreadStatus;
  }

  private HttpServletResponse response() {
    return (HttpServletResponse) getResponse();
  }

  @Override
  public ServletOutputStream getOutputStream() {
    return body;
  }

  @Override
  public PrintWriter getWriter() {
    if (writer == null) {
      writer = new PrintWriter(body, false, Charset.forName(getCharacterEncoding()));
    }
    return writer;
  }

  @Override
  public void flushBuffer() {}

  @Override
  public boolean isCommitted() {
    return false;
  }

  @Override
  public void resetBuffer() {
    body.bytes.reset();
  }

  @Override
  public void setStatus(int status) {
    this.status = status;
    super.setStatus(status);
  }

  @Override
  public void reset() {
    status = 0;
    body.bytes.reset();
    super.reset();
  }

  /** Without the container's page, which it would write itself. */
  @Override
  public void sendError(int status) {
    resetBuffer();
    setStatus(status);
  }

  @Override
  public void sendError(int status, String message) {
    sendError(status);
  }

  /** Known when all is there. */
  @Override
  public void setContentLength(int length) {}

  @Override
  public void setContentLengthLong(long length) {}

  @Override
  public void setHeader(String name, String value) {
    if (!isLength(name)) {
      super.setHeader(name, value);
    }
  }

  @Override
  public void addHeader(String name, String value) {
    if (!isLength(name)) {
      super.addHeader(name, value);
    }
  }

  @Override
  public void setIntHeader(String name, int value) {
    setHeader(name, Integer.toString(value));
  }

  @Override
  public void addIntHeader(String name, int value) {
    addHeader(name, Integer.toString(value));
  }

  private static boolean isLength(String name) {
    return name.equalsIgnoreCase("Content-Length");
  }

  /** What is to be written; the headers that depend on it are set. */
  byte[] finish() {
    if (writer != null) {
      writer.flush();
    }
    byte[] bytes = body.bytes.toByteArray();
    if (status > 0) {
      response().setStatus(status);
    }
    if (unreadStatus > 0) {
      response().setStatus(unreadStatus);
      response().setHeader("Connection", "close");
    }
    int answered = response().getStatus();
    boolean bodiless =
        head
            || answered <= LAST_INFORMATIONAL
            || answered == HttpServletResponse.SC_NO_CONTENT
            || answered == HttpServletResponse.SC_NOT_MODIFIED;
    if (!bodiless) {
      response().setContentLength(bytes.length);
    }
    return bytes;
  }

  private static final class Body extends ServletOutputStream {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      bytes.write(b);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes.write(source, offset, length);
    }

    @Override
    public boolean isReady() {
      return true;
    }

    /**
     * All is kept, so that it is possible at once. RESTEasy (WildFly, Open Liberty) asks for it.
     */
    @Override
    public void setWriteListener(WriteListener listener) {
      try {
        listener.onWritePossible();
      } catch (IOException e) {
        listener.onError(e);
      }
    }
  }
}
