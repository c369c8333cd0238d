package imserver.rest;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** A request whose body is in memory, and whose completion is ours. */
final class BufferedRequest extends HttpServletRequestWrapper {

  private final ServletResponse response;
  private final byte[] body;

  /** One for all calls: Jersey may ask for it anew before each read. */
  private final ServletInputStream stream;

  private final DeferredCompletionContext.Completion onComplete;
  private final Duration timeout;
  private final AsyncListener listener;

  /** The type of a body that was handed over before: Jersey would look for a form in it. */
  private final boolean hidesType;

  private @Nullable AsyncContext async;

  /**
   * A request in place of another.
   *
   * @param response given out by the asynchronous context
   * @param listener of the asynchronous context
   * @param timeout of the asynchronous context, whatever JAX-RS sets
   * @param onComplete takes the place of {@link AsyncContext#complete}
   */
  BufferedRequest(
      HttpServletRequest request,
      ServletResponse response,
      byte[] body,
      Duration timeout,
      AsyncListener listener,
      DeferredCompletionContext.Completion onComplete) {
    super(request);
    this.response = response;
    this.body = body;
    this.stream = new Body(new ByteArrayInputStream(body));
    this.timeout = timeout;
    this.listener = listener;
    this.onComplete = onComplete;
    this.hidesType = StreamedBody.isOne(request);
  }

  @Override
  public @Nullable String getContentType() {
    return hidesType ? null : super.getContentType();
  }

  @Override
  public @Nullable String getHeader(String name) {
    return isHidden(name) ? null : super.getHeader(name);
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    return isHidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
  }

  private boolean isHidden(String name) {
    return hidesType && name.equalsIgnoreCase("Content-Type");
  }

  @Override
  public ServletInputStream getInputStream() {
    return stream;
  }

  @Override
  public BufferedReader getReader() {
    String encoding = getCharacterEncoding();
    Charset charset = encoding == null ? StandardCharsets.UTF_8 : Charset.forName(encoding);
    return new BufferedReader(new InputStreamReader(new ByteArrayInputStream(body), charset));
  }

  @Override
  public AsyncContext startAsync() {
    AsyncContext context = getRequest().startAsync();
    context.setTimeout(timeout.toMillis());
    context.addListener(listener);
    AsyncContext started = new DeferredCompletionContext(context, this, response, onComplete);
    async = started;
    return started;
  }

  /** The arguments are this and its response, which the container does not need. */
  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return startAsync();
  }

  /** Whether it is answered by its asynchronous context, or was. */
  boolean wentAsync() {
    return async != null;
  }

  @Override
  public AsyncContext getAsyncContext() {
    if (async == null) {
      throw new IllegalStateException("not asynchronous");
    }
    return async;
  }

  private static final class Body extends ServletInputStream {

    private final ByteArrayInputStream bytes;

    Body(ByteArrayInputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return bytes.read(target, offset, length);
    }

    @Override
    public int available() {
      return bytes.available();
    }

    @Override
    public boolean isFinished() {
      return bytes.available() == 0;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new IllegalStateException("all is here, there is nothing to listen for");
    }
  }
}
