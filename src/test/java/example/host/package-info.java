/** A host application's code as it lies in a jar of {@code WEB-INF/lib}. */
@NullMarked
package example.host;

import org.jspecify.annotations.NullMarked;
