package imserver.auth;

import java.net.InetAddress;

/**
 * An IP address, or all addresses that begin with the same bits (CIDR, RFC 4632).
 *
 * @param first any address of the range
 * @param bits how many bits they have in common
 */
record AddressRange(InetAddress first, int bits) {

  /**
   * The range that {@code text} means, such as {@code 10.0.0.0/8} or {@code ::1}.
   *
   * @throws IllegalArgumentException if it means none
   */
  static AddressRange of(String text) {
    String[] parts = text.split("/", 2);
    InetAddress address = IpAddresses.parse(parts[0]);
    if (address == null) {
      throw new IllegalArgumentException("not an IP address: " + parts[0]);
    }
    int all = address.getAddress().length * Byte.SIZE;
    if (parts.length == 1) {
      return new AddressRange(address, all);
    }
    int bits = parts[1].matches("\\d{1,3}") ? Integer.parseInt(parts[1]) : -1;
    if (bits < 0 || bits > all) {
      throw new IllegalArgumentException("not a number of bits: " + parts[1]);
    }
    return new AddressRange(address, bits);
  }

  /** Whether an address belongs to it. */
  boolean contains(InetAddress address) {
    byte[] ours = first.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int bit = 0x80 >> (i % Byte.SIZE);
      if (((ours[i / Byte.SIZE] ^ theirs[i / Byte.SIZE]) & bit) != 0) {
        return false;
      }
    }
    return true;
  }
}
