package imserver.rest;

import imserver.auth.Origins;
import imserver.file.FileRefusedException;
import imserver.file.Upload;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads bodies that are not collected in memory, but handed over as they arrive; then the request
 * is answered by JAX-RS, without a body.
 */
final class StreamedBody {

  /** What has something done every so often. */
  @FunctionalInterface
  interface Timer {
    Future<?> every(Duration period, Runnable task);
  }

  private StreamedBody() {}

  /** Whether the body is such a one. */
  static boolean isOne(HttpServletRequest request) {
    return FileBodies.isFile(request) || ImportBodies.isImport(request);
  }

  /**
   * Refuses a body under a host name that is not this server's: it would be kept before {@code
   * imserver.web.HostFilter}, which then answers, is asked.
   *
   * @throws Problem if it is so
   */
  static void requireHost(HttpServletRequest request, Origins origins) {
    if (!origins.allowHost(Collections.list(request.getHeaders("Host")))) {
      throw Problem.forbidden("this server has another name");
    }
  }

  /**
   * Reads a body as it arrives, on no thread; then has the container dispatch the request anew.
   *
   * @param whole for all of it, and what is done with it
   * @param result given what came of it, null where it is refused
   */
  static <T> void read(
      HttpServletRequest request,
      HttpServletResponse response,
      BodySink<T> sink,
      Duration whole,
      Timer timer,
      Consumer<@Nullable T> result)
      throws IOException {
    AsyncContext async;
    ServletInputStream in;
    try {
      async = request.startAsync(request, response);
      in = request.getInputStream();
    } catch (IOException | RuntimeException e) {
      sink.close();
      throw e;
    }
    // What ends it before it is answered, as the container does when it stops, must not say that it
    // was stored.
    response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    AfterDispatch afterDispatch = new AfterDispatch();
    Watch watch = new Watch();
    UploadReader<T> reader =
        new UploadReader<>(
            in,
            request.getContentLengthLong(),
            sink,
            (value, body) -> {
              result.accept(value);
              RequestBodies.put(request, body);
              afterDispatch.run(async::dispatch);
            },
            watch::cancel,
            () -> complete(async));
    watch.of(timer.every(UploadReader.WATCH, reader::watch));
    try {
      async.setTimeout(whole.toMillis());
      async.addListener(reader);
      in.setReadListener(reader);
    } catch (RuntimeException e) {
      reader.onError(e);
      throw e;
    }
    afterDispatch.leave();
  }

  private static void complete(AsyncContext async) {
    try {
      async.complete();
    } catch (IllegalStateException e) {
      // the container has ended it
    }
  }

  /**
   * Reads a body on this thread: of one user few at a time (see {@link RequestBodies}).
   *
   * @param result given what came of it, unless it is refused
   */
  static <T> RequestBody readHere(
      HttpServletRequest request, BodySink<T> sink, Consumer<@Nullable T> result) {
    try {
      InputStream in = request.getInputStream();
      byte[] chunk = new byte[Upload.CHUNK];
      long read = 0;
      int count = in.readNBytes(chunk, 0, chunk.length);
      while (count > 0) {
        read += count;
        if (read > sink.maxBytes()) {
          return new RequestBody(new byte[0], false, sink.tooLarge());
        }
        await(sink.write(chunk, count));
        count = in.readNBytes(chunk, 0, chunk.length);
      }
      result.accept(await(sink.finish()));
      return RequestBody.EMPTY;
    } catch (IOException e) { // it has not come in time, or the client is gone
      return new RequestBody(new byte[0], false, Problem.timeout());
    } catch (Problem problem) {
      return new RequestBody(new byte[0], false, problem);
    } finally {
      sink.close();
    }
  }

  private static <T> T await(Future<T> result) {
    try {
      return result.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      throw ProblemMapper.of(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw Problem.of(FileRefusedException.Reason.BUSY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(FileRefusedException.Reason.BUSY);
    }
  }
}
