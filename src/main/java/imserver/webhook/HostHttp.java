package imserver.webhook;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;

/** How the host application is spoken to: clients that follow no redirect, and signed requests. */
public final class HostHttp {

  private static final int THREADS = 2;
  private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

  private HostHttp() {}

  /** For the short tasks of a client, which wait for nothing; drops them after its shutdown. */
  public static ThreadPoolExecutor executor(ThreadFactory threads) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_THREAD.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads,
            new DiscardPolicy());
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  /**
   * A client. It has a thread of its own, which ends some seconds after the client is garbage, and
   * takes the context class loader of whoever makes it: that must not be the application's, which
   * would be kept until then, and is told of by Tomcat.
   */
  public static HttpClient client(Executor executor, Duration connectTimeout) {
    Thread caller = Thread.currentThread();
    ClassLoader loader = caller.getContextClassLoader();
    caller.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      // HTTP/2 would first be asked for over plain HTTP, which not every endpoint takes.
      return HttpClient.newBuilder()
          .version(Version.HTTP_1_1)
          .followRedirects(Redirect.NEVER)
          .connectTimeout(connectTimeout)
          .executor(executor)
          .build();
    } finally {
      caller.setContextClassLoader(loader);
    }
  }

  /**
   * A request that is signed as Standard Webhooks has it; the caller may add headers.
   *
   * @param id without a dot
   * @param timestamp seconds since 1970
   * @param body JSON
   */
  public static HttpRequest.Builder request(
      URI address, WebhookSigner signer, String id, long timestamp, String body) {
    return HttpRequest.newBuilder(address)
        .header("Content-Type", "application/json")
        .header("User-Agent", "imserver")
        .header("webhook-id", id)
        .header("webhook-timestamp", Long.toString(timestamp))
        .header("webhook-signature", signer.sign(id, timestamp, body))
        .POST(BodyPublishers.ofString(body));
  }
}
