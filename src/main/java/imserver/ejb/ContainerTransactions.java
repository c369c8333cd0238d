package imserver.ejb;

import jakarta.ejb.ApplicationException;
import jakarta.ejb.EJBException;
import jakarta.ejb.EJBTransactionRequiredException;
import jakarta.ejb.EJBTransactionRolledbackException;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.InvocationContext;
import java.lang.reflect.Method;
import java.rmi.RemoteException;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends transactions around the methods of a session bean, by the rules of Jakarta
 * Enterprise Beans 4.0, sections 8.6 (attributes) and 9.3 (exceptions). In one point it is
 * stricter: a transaction that was marked for rollback is never reported as a success.
 */
public class ContainerTransactions {

  @Inject private CurrentUnitOfWork unitOfWork;

  /** For the container, which injects the rest. */
  public ContainerTransactions() {}

  /**
   * Calls the method as its {@link TransactionAttribute} says.
   *
   * @throws EJBException if the method failed unexpectedly, or its commit
   */
  @AroundInvoke
  public Object manage(InvocationContext call) throws Exception {
    boolean within = unitOfWork.inTransaction();
    return switch (attribute(call.getMethod())) {
      case REQUIRED -> within ? join(call) : begin(call, true);
      case REQUIRES_NEW -> begin(call, true);
      case SUPPORTS -> within ? join(call) : begin(call, false);
      case NOT_SUPPORTED -> begin(call, false);
      case MANDATORY -> {
        if (!within) {
          throw new EJBTransactionRequiredException(call.getMethod().toString());
        }
        yield join(call);
      }
      case NEVER -> {
        if (within) {
          throw new EJBException(call.getMethod() + " was called in a transaction");
        }
        yield begin(call, false);
      }
    };
  }

  private static TransactionAttributeType attribute(Method method) {
    TransactionAttribute attribute = method.getAnnotation(TransactionAttribute.class);
    if (attribute == null) {
      attribute = method.getDeclaringClass().getAnnotation(TransactionAttribute.class);
    }
    return attribute == null ? TransactionAttributeType.REQUIRED : attribute.value();
  }

  private Object begin(InvocationContext call, boolean transaction) throws Exception {
    try (UnitOfWork unit = unitOfWork.begin(transaction)) {
      Object result;
      try {
        result = call.proceed();
      } catch (Exception e) {
        if (!isForTheCaller(e)) {
          throw asEjbException(e);
        }
        if (!rollsBack(e)) {
          commit(unit);
        }
        throw e;
      }
      commit(unit);
      return result;
    }
  }

  private static void commit(UnitOfWork unit) {
    try {
      unit.commit();
    } catch (RuntimeException e) {
      throw asEjbException(e);
    }
  }

  private Object join(InvocationContext call) throws Exception {
    try {
      return call.proceed();
    } catch (Exception e) {
      if (!isForTheCaller(e)) {
        unitOfWork.current().markForRollback();
        throw new EJBTransactionRolledbackException(e.toString(), e);
      }
      if (rollsBack(e)) {
        unitOfWork.current().markForRollback();
      }
      throw e;
    } catch (Error e) {
      unitOfWork.current().markForRollback();
      throw e;
    }
  }

  /** Whether it is an application exception, which says something to the caller. */
  private static boolean isForTheCaller(Exception e) {
    return !(e instanceof RuntimeException || e instanceof RemoteException)
        || annotationOf(e.getClass()) != null;
  }

  private static boolean rollsBack(Exception e) {
    ApplicationException application = annotationOf(e.getClass());
    return application != null && application.rollback();
  }

  private static @Nullable ApplicationException annotationOf(Class<?> exception) {
    ApplicationException own = exception.getAnnotation(ApplicationException.class);
    if (own != null || exception == Exception.class) {
      return own;
    }
    ApplicationException inherited = annotationOf(exception.getSuperclass());
    return inherited != null && inherited.inherited() ? inherited : null;
  }

  private static EJBException asEjbException(Exception e) {
    return e instanceof EJBException already ? already : new EJBException(e.toString(), e);
  }
}
