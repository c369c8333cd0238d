/**
 * What Tomcat lacks, so that the session beans of this application run there as they are. Only the
 * WAR for Tomcat contains this package, with the libraries that it connects: Weld (CDI),
 * EclipseLink (JPA), Agroal (a pool). No other package of ours imports it, and it imports none but
 * {@code imserver.database}, which knows whether the server has a pool for it; it only uses the
 * names of the persistence unit and of the threads: {@link imserver.ejb.SessionBeanExtension} is
 * found as a CDI extension by {@code META-INF/services}.
 *
 * <h2>What becomes what</h2>
 *
 * <ul>
 *   <li>{@code @Stateless} and {@code @Singleton} beans become {@code @ApplicationScoped}: one
 *       instance for all threads. So a stateless bean must keep nothing, and a singleton must
 *       manage its concurrency itself. {@code @Startup} and {@code @DependsOn} are kept.
 *   <li>Container-managed transactions are an interceptor, outside all others of the bean, with the
 *       rules of Jakarta Enterprise Beans: {@link imserver.ejb.ContainerTransactions}.
 *   <li>{@code @PersistenceContext} and {@code @Resource} fields get {@code @Inject}; {@link
 *       imserver.ejb.ResourceProducers} has what they ask for.
 *   <li>{@code @DataSourceDefinition} becomes a pool: {@link imserver.ejb.PersistenceUnit}.
 *   <li>An entity manager and a transaction are of one {@code UnitOfWork}, which {@code
 *       CurrentUnitOfWork} keeps for each thread.
 * </ul>
 *
 * <p>One thing cannot be refused: a bean that calls itself, be it through an injected reference, is
 * not intercepted, so that such a call is part of the transaction around it.
 *
 * <p>A session bean with any other annotation of EJB, JTA or JPA is refused when the application
 * starts, so that it cannot behave otherwise here than elsewhere without anyone noticing: {@link
 * imserver.ejb.EjbSubsetCheck}.
 *
 * <h2>Why there is no JTA</h2>
 *
 * <p>The application has one database, and a transaction never spans more than that. A transaction
 * of JPA itself (resource-local) says the same as one of JTA over one resource, and needs no
 * transaction manager with a log, a recovery and a reaper thread of its own. {@code
 * persistence.xml} has it begin at once, not at the first write, so that what a method reads is in
 * its transaction too.
 */
@NullMarked
package imserver.ejb;

import org.jspecify.annotations.NullMarked;
