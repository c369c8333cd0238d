/**
 * Every setting of the product: one record, read once at start from environment variables and
 * system properties.
 *
 * <p>Rules: a setting is a component of {@link imserver.config.Config} with a {@link
 * imserver.config.Setting} that names its key, default and meaning; nothing else in the product
 * reads the environment. A value that cannot be used stops the start with one sentence that names
 * the key. The table of docs/SETTINGS.md is held to the record by a test.
 *
 * <p>Why {@link imserver.config.Config} is longer than other classes: it is the list of all
 * settings with their meanings, which are that table, and holds nothing else.
 *
 * <p>Why not MicroProfile Config: it is not part of Jakarta EE, and Tomcat has none; what is needed
 * of it is a look-up in two maps.
 */
@NullMarked
package imserver.config;

import org.jspecify.annotations.NullMarked;
