/**
 * How the server starts and stops.
 *
 * <p>{@link imserver.lifecycle.StartupBanner} logs in which mode the server has started, and on
 * request prints addresses and a first try once the server answers. {@link
 * imserver.lifecycle.ShutdownListener} is called by the container when the application starts and
 * stops; {@link imserver.lifecycle.GracefulShutdown} is the stop itself, in this order:
 *
 * <ol>
 *   <li>No connection is accepted any more. Where other servers are alive, those that are there are
 *       closed one by one, over {@code IMSERVER_DRAIN} seconds.
 *   <li>The intake takes in no more requests; what was taken in is stored and acknowledged, or
 *       answered with a failure where the database does not answer: 8 s at most.
 *   <li>Every connection is closed with 1001, when its client has read what is queued for it, or
 *       after 5 s.
 *   <li>What the host application is being told is given up ({@link imserver.webhook.Webhooks});
 *       the threads of {@link imserver.session.Workers} end.
 * </ol>
 *
 * <p>Rules: the stop runs once, and each step is bounded in time. This package calls those below
 * it; none of them calls it. The endpoint asks {@link imserver.lifecycle.GracefulShutdown#isOver}
 * before it uses a bean, since the container may call it when CDI has ended.
 *
 * <p>Why there are two events ({@link imserver.lifecycle.GracefulShutdown}): Tomcat closes the
 * sockets before it calls the listeners of the application, and CDI ends there before that; on
 * Payara CDI ends last.
 */
@NullMarked
package imserver.lifecycle;

import org.jspecify.annotations.NullMarked;
