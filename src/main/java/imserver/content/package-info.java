/**
 * What messages may say: the lists of words of a site.
 *
 * <p>There is a list for each {@link imserver.content.WordAction}: a message with a word of one is
 * refused, has it masked, or is reported to the moderators. Words come from a file or an address
 * that the settings name, and from the database, where moderators put them; both count. {@link
 * imserver.content.WordLists} reads them at the start and looks every few seconds whether they have
 * changed, on each server, without a restart; {@link imserver.content.WordFilter} has what holds
 * now, and is asked for each message of a user on the thread that has received it.
 *
 * <p>Text is compared in a form in which most ways to write a word are the same ({@code
 * NormalizedText}): letters and digits only, in lower case, full width as half width, styled
 * letters as plain ones, traditional characters as simplified ones. What is between the letters
 * does not count, so that {@code f.u.c.k} is the word without dots. A word of Latin letters or
 * digits alone is found only as a word of its own, not within another or across two: else the space
 * of {@code is hit} would not count either.
 *
 * <p>The words are found by the algorithm of Aho and Corasick, in a time that does not depend on
 * how many there are ({@code WordAutomaton}); what is simplified says the library {@code opencc4j}.
 * Libraries were measured beside it, with 100,000 words: {@code sensitive-word}, that most Chinese
 * sites use, took 17 µs for a message of 100 characters, and finds no word with a blank or an
 * invisible character in it. {@code ahocorasick} has an object for each state: three lists fill a
 * heap of 512 MB, so that messages waited for 7 s while one was replaced. {@code
 * aho-corasick-double-array-trie} needs 14 MB for a list, but 5 s to make it, and does not come to
 * an end with 100,000 words of 64 characters. Here a list takes 25 MB and half a second.
 */
@NullMarked
package imserver.content;

import org.jspecify.annotations.NullMarked;
