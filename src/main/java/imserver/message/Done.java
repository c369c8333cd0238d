package imserver.message;

import imserver.cluster.Change;
import java.util.List;

/**
 * What a step in the background has done.
 *
 * @param messages how many were deleted, or erased
 * @param isWork whether there was anything to do; then there may be more
 * @param changes what users, and servers, are to be told
 */
record Done(int messages, boolean isWork, List<? extends Change> changes) {}
