/**
 * Copies all of one database into another, of the same kind or not: {@code java -jar teaching.war
 * copy --to-url jdbc:postgresql://…}. The operator needs a JRE and the WAR; no server runs
 * meanwhile. {@code launcher.Main} calls {@link imserver.transfer.Commands}.
 *
 * <h2>What is the same afterwards</h2>
 *
 * <p>Every row, with its ids and times, and every byte of the files. {@link
 * imserver.transfer.Tables} names the tables, those first to which others refer, and those that are
 * left behind since they say what runs now. Sequences go on above the last id that was drawn in the
 * source, also where its row is gone. The epoch is kept: ids and the numbers of changes are the
 * same, so that a device goes on by the cursor that it has. (Whoever goes back to the source after
 * the target was in use draws a new epoch, as after a backup.) The secret is kept: addresses of
 * files that are on their way stay good, and what is in an object storage is found there. So source
 * and target are one site, and no two servers may run on both at once. The id of the installation
 * is the target's own: by it servers on one Redis find each other.
 *
 * <h2>What is refused</h2>
 *
 * <p>In one line each, before anything is written: a source with a server on it, of another version
 * of the schema, or that is itself an unfinished copy; a target that has anything in it, or a
 * server on it. That a server was started on the source meanwhile is found at the end, and then the
 * copy is not finished.
 *
 * <h2>Unfinished</h2>
 *
 * <p>The first that is written is {@code installation.is_unfinished_copy}, the last is that it is
 * not. In between a server does not start on the target ({@code imserver.database.Schema}), and
 * another copy may begin: it empties the target first. There is no going on in the middle: it would
 * have to trust that the source is the same as before.
 *
 * <h2>How</h2>
 *
 * <p>A table is read as a stream, in a snapshot where the database has such, and written in
 * transactions of bounded size, so that memory does not grow with it. Values pass by what they are
 * ({@link imserver.transfer.ColumnType}), not by what a database calls their types: so a further
 * database is a matter of its schema. Of each row a hash is added to a sum, in which order does not
 * count; at the end the target is read anew, and its counts and sums have to be those of what was
 * read from the source. Bytes of files are compared too.
 */
@NullMarked
package imserver.transfer;

import org.jspecify.annotations.NullMarked;
