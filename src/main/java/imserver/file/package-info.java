/**
 * Pictures, voice and files that users send each other. What messages carry is in {@code
 * imserver.message}; here is what is uploaded, kept, looked at and downloaded.
 *
 * <h2>A file</h2>
 *
 * <p>A row of {@code file}, with an id, and its bytes in a {@code FileStore}. It is uploaded first,
 * and is complete when all its bytes are durable and were looked at: its type is found from them,
 * never from its name or from what the client says; an image's metadata is taken out of it, and a
 * preview made. From then on it never changes, but for words of its name that are masked when it is
 * sent. A message carries complete files of its sender alone, by their ids ({@code attachment}); so
 * a message that is acknowledged has its files.
 *
 * <p>Who may see it: its owner, and the other one of each message that carries it. Recalling,
 * erasing and deleting a message deletes its rows of {@code attachment}, and with the last one the
 * file; its bytes, which nobody gets any more, go within half an hour. A copy that a report has
 * sealed ({@code reported_attachment}) keeps it, for moderators alone. What was uploaded and is in
 * no message after a day goes too.
 *
 * <h2>The way of an upload</h2>
 *
 * <p>{@code imserver.rest} reads the body and hands it over in chunks ({@link
 * imserver.file.Upload}), each of which is kept by a thread of ours before the next one is read: a
 * chunk is in memory for each of a bounded number of uploads. A form is kept as it comes, and taken
 * apart when all of it is there, so that the library that does so waits for no client. Then it is
 * looked at ({@code FileInspector}), a scanner is asked where there is one ({@code VirusScanner}),
 * and the row is completed, in this order, so that a complete file has its bytes. What fails before
 * that is forgotten, or swept ({@code FileSweep}).
 *
 * <p>A whole file gets its owner's name for it when it is complete: of two that come at once with
 * the same name one stays, and both are answered with it. A resumable one has the name from its
 * beginning, by which it is found to go on. Uploads are counted in {@code upload} when they begin,
 * under a lock of their owner: recalling a message with a file gives nothing back of the day's
 * quota. One that fails does not count, unless there are many.
 *
 * <p>The orientation of an image is not applied to its content, which would make it worse or take
 * its decoding and coding: the one tag that says it is kept, which browsers follow, and width and
 * height are given as it is shown. The preview is turned.
 *
 * <h2>An object storage</h2>
 *
 * <p>Where one is configured, uploads are kept and looked at where they always are, and complete
 * files are moved there by a thread of its own ({@code StorageMoves}). An upload directly to it
 * would have to hold a part of at least 5 MiB in memory for each of a hundred, and would fail
 * whenever the storage does. A complete file is read where it was uploaded, and where it is not
 * there any more, from the storage ({@code TieredFiles}).
 *
 * <h2>Addresses</h2>
 *
 * <p>An {@code <img>} cannot send a credential, so an address has a signature and an expiry instead
 * ({@code FileAddresses}), and says whether it is of the file or of its preview. It is good for one
 * to two hours, the same within an hour, so that browsers find in their cache what they have. The
 * file has to be there all the same: what is recalled is gone at once.
 */
@NullMarked
package imserver.file;

import org.jspecify.annotations.NullMarked;
