package imserver.ejb;

import jakarta.annotation.Priority;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import jakarta.persistence.EntityManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import javax.sql.DataSource;

/** What beans ask the container for: in the place of what other servers have for them. */
@Singleton
@Alternative
@Priority(Interceptor.Priority.APPLICATION)
final class ResourceProducers {

  private final CurrentUnitOfWork unitOfWork;
  private final PersistenceUnit unit;

  @Inject
  ResourceProducers(CurrentUnitOfWork unitOfWork, PersistenceUnit unit) {
    this.unitOfWork = unitOfWork;
    this.unit = unit;
  }

  /** For all threads: each call goes to the entity manager of the caller's unit of work. */
  @Produces
  EntityManager entityManager() {
    return (EntityManager)
        Proxy.newProxyInstance(
            ResourceProducers.class.getClassLoader(),
            new Class<?>[] {EntityManager.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(unitOfWork.current().entities(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Outside every unit of work: what is done by its connections is committed by itself. */
  @Produces
  DataSource dataSource() {
    return unit.pool();
  }

  @Produces
  ManagedThreadFactory threadFactory() {
    return new ManagedThreads();
  }
}
