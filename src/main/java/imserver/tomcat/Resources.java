package imserver.tomcat;

import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** What beans ask the container for. */
@Singleton
final class Resources {

  private final UnitsOfWork units;

  @Inject
  Resources(UnitsOfWork units) {
    this.units = units;
  }

  /** For all threads: each call goes to the entity manager of the caller's unit of work. */
  @Produces
  EntityManager entityManager() {
    return (EntityManager)
        Proxy.newProxyInstance(
            Resources.class.getClassLoader(),
            new Class<?>[] {EntityManager.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(units.current().entities(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  @Produces
  ManagedThreadFactory threadFactory() {
    return new ManagedThreads();
  }
}
