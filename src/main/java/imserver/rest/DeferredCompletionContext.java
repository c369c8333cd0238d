package imserver.rest;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;

/** An asynchronous context for JAX-RS; when that has answered the answer is still to be written. */
final class DeferredCompletionContext implements AsyncContext {

  /** What is done in place of completing. */
  @FunctionalInterface
  interface Completion {
    void of(AsyncContext context) throws IOException;
  }

  private static final System.Logger LOG =
      System.getLogger(DeferredCompletionContext.class.getName());

  private final AsyncContext context;
  private final ServletRequest request;
  private final ServletResponse response;
  private final Completion onComplete;

  DeferredCompletionContext(
      AsyncContext context,
      ServletRequest request,
      ServletResponse response,
      Completion onComplete) {
    this.context = context;
    this.request = request;
    this.response = response;
    this.onComplete = onComplete;
  }

  @Override
  public void complete() {
    try {
      onComplete.of(context);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client left before its answer: {0}", e.toString());
      context.complete();
    }
  }

  @Override
  public ServletRequest getRequest() {
    return request;
  }

  @Override
  public ServletResponse getResponse() {
    return response;
  }

  @Override
  public boolean hasOriginalRequestAndResponse() {
    return false;
  }

  @Override
  public void dispatch() {
    context.dispatch();
  }

  @Override
  public void dispatch(String path) {
    context.dispatch(path);
  }

  @Override
  public void dispatch(ServletContext application, String path) {
    context.dispatch(application, path);
  }

  @Override
  public void start(Runnable task) {
    context.start(task);
  }

  @Override
  public void addListener(AsyncListener listener) {
    context.addListener(listener);
  }

  @Override
  public void addListener(
      AsyncListener listener, ServletRequest request, ServletResponse response) {
    context.addListener(listener, request, response);
  }

  @Override
  public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
    return context.createListener(type);
  }

  @Override
  public void setTimeout(long millis) {} // JAX-RS would have none

  @Override
  public long getTimeout() {
    return context.getTimeout();
  }
}
