/**
 * What the server says over HTTP, under {@code /teaching/api}: around the live socket a front end
 * needs the list of conversations, the history and the unread counts, and can send without a
 * socket; the host application fills the directory and sends notices.
 *
 * <p>The way of a request: {@link imserver.rest.NonBlockingFilter} is before JAX-RS and keeps the
 * container's threads from waiting for clients ({@code RequestBodies} collects the body, {@code
 * BufferedResponse} the answer, {@code ResponseWriter} writes it). {@link imserver.rest.CorsFilter}
 * and {@link imserver.rest.BearerFilter} let it in; a resource reads its {@link
 * imserver.rest.JsonBody}, has {@link imserver.query.DatabaseExecutor} ask the database, and
 * returns a record, which {@link imserver.rest.RecordBodyWriter} writes. {@link
 * imserver.rest.ProblemMapper} answers what fails. {@link imserver.rest.Audit} logs what the host
 * application does.
 *
 * <p>Rules: a message or a read-ack that comes in here goes through the same {@link
 * imserver.message.Intake} as the socket's packets, so that there is one set of rules, one order
 * and one delivery: {@link imserver.rest.HttpIntake}. What goes wrong is a {@link
 * imserver.rest.Problem}, thrown where it is found and answered in one place. What is read is
 * checked by {@link imserver.rest.JsonBody} and {@link imserver.rest.Parameters}, what is written
 * is a record.
 *
 * <p>A user sees only what was sent by or to that user, by construction: each query has the user of
 * the credential in it, and no id of a request can replace that.
 *
 * <h2>Who waits, and for how long</h2>
 *
 * <ul>
 *   <li>For a body: nobody. It is collected as it arrives ({@code AsyncBodyReader}), for 10 s; what
 *       is not admitted (without a credential, or the ninth at once of a user) is dropped as it
 *       arrives, for 2 s. Then 408, and the connection is closed.
 *   <li>For a file: nobody. It is handed over as it arrives ({@code UploadReader}); a client that
 *       sends less than 2 KiB a second gets 408. Of one user three come at once. A refused one is
 *       read to its end, to be dropped.
 *   <li>For an import: nobody, as for a file ({@code ImportSink}); two come at once. It takes as
 *       long as it takes, up to an hour, on a thread of its own for the database; the same again
 *       goes on where it broke off, since what is there is passed over.
 *   <li>For a client that downloads a file: nobody ({@code DownloadWriter}). One that takes nothing
 *       for half a minute is cut off. Since nobody knows which user has an address, downloads are
 *       bounded in all (400), and for each address of the network (200).
 *   <li>For a client that reads its answer: nobody. It is written as the client takes it ({@code
 *       ResponseWriter}), for 10 s. Then the container ends the connection. What a user has not
 *       read yet is bounded: past 8 MiB 429.
 *   <li>For the database: threads of {@link imserver.query.DatabaseExecutor}. The client is
 *       answered after 5 s at the latest; the thread is free again when the connection is ({@code
 *       imserver.database}). Notices to all take as long as they take, one after the other.
 *   <li>For health: one thread for the ping of {@link imserver.rest.HealthCheck}; clients are
 *       answered after 1 s at the latest.
 *   <li>For the key server, where there is one: the thread that verifies, 2 s.
 * </ul>
 *
 * <p>On Payara and GlassFish each answer closes its connection. On connections that were kept open,
 * 39 of 6,000 requests of 20 clients got no answer there (Payara Micro 6.2025.10): Grizzly may lose
 * what arrives next while an asynchronous request is being completed. With a connection for each
 * request none of 18,000 was lost. Over HTTP/2, which its listener for TLS offers, there is no such
 * closing; 9 of 12,000 bodies that were read asynchronously ended in an error there. So these are
 * read by the container's threads, which wait for at most 8 bodies of a user and none of strangers,
 * as long as the container is configured to; answers are written as elsewhere.
 *
 * <p>Why there is a status other than 200 on the original's paths where a body is not read to its
 * end: after these statuses alone Tomcat closes the connection without reading on. With a listener
 * set, its reading on of a body in chunks would never end ({@code ChunkedInputFilter.end()}).
 *
 * <p>Resources are {@code @Dependent}, one for each request, and what they need of the request is
 * read before a thread of ours goes on. No bean lives in the request scope: containers differ in
 * whether it is there after a dispatch.
 */
@NullMarked
package imserver.rest;

import org.jspecify.annotations.NullMarked;
