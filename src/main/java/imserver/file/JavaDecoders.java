package imserver.file;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.imageio.ImageIO;

/**
 * The decoders of Java, of which the JVM has one registry. Before Java 24 that keeps, with each
 * decoder, the security context in which it was made, and by that the class loader of every class
 * on the stack: an application that is the first to ask would never leave memory.
 */
final class JavaDecoders {

  private static final int SECONDS = 10;

  private static boolean isLoaded;

  private JavaDecoders() {}

  /**
   * Has Java make the registry on a stack without a class of ours, the first time. To be called
   * with a context class loader that is not ours.
   */
  static synchronized void load() throws InterruptedException {
    if (isLoaded) {
      return;
    }
    try {
      MethodHandle initializing =
          MethodHandles.publicLookup()
              .findStatic(ImageIO.class, "getUseCache", MethodType.methodType(boolean.class));
      Supplier<?> call = MethodHandleProxies.asInterfaceInstance(Supplier.class, initializing);
      var unused =
          CompletableFuture.supplyAsync(call, ForkJoinPool.commonPool())
              .get(SECONDS, TimeUnit.SECONDS);
    } catch (ReflectiveOperationException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the decoders of Java cannot be had", e);
    }
    isLoaded = true;
  }
}
