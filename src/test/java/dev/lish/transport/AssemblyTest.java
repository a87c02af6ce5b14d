package dev.lish.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AssemblyTest {
  private static final int MOST = 1000;
  private static final byte PLAIN = 0;
  private static final byte COMPRESSED = 1;

  /** What was read, in hexadecimal, and what is left for others. */
  private record Read(List<String> messages, ByteBuf foreign) {}

  @Property
  void messagesAreTheSameHoweverTheFramesAreCut(
      @ForAll @Size(max = 12) List<@IntRange(max = MOST) Integer> sizes, @ForAll long seed) {
    Random random = new Random(seed);
    List<String> sent = new ArrayList<>();
    ByteBuf all = Unpooled.buffer();
    for (int size : sizes) {
      byte[] message = message(random, size);
      sent.add(ByteBufUtil.hexDump(message));
      prefixed(all, PLAIN, message);
    }
    Read read = cut(all, random);
    assertThat(read.messages).isEqualTo(sent);
    assertThat(read.foreign.isReadable()).isFalse();
  }

  @Property
  void whatIsCompressedAndAllThatFollowsIsLeftForOthers(
      @ForAll @IntRange(max = 3) int before,
      @ForAll @IntRange(max = MOST) int size,
      @ForAll long seed) {
    Random random = new Random(seed);
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < before; i++) {
      prefixed(all, PLAIN, message(random, random.nextInt(MOST)));
    }
    int from = all.writerIndex();
    prefixed(all, COMPRESSED, message(random, size));
    prefixed(all, PLAIN, message(random, size));
    String rest = ByteBufUtil.hexDump(all, from, all.writerIndex() - from);
    Read read = cut(all, random);
    assertThat(read.messages).hasSize(before);
    assertThat(ByteBufUtil.hexDump(read.foreign)).isEqualTo(rest);
  }

  @Test
  void whatIsTooLargeIsLeftForOthersBeforeItHasCome() {
    for (int size : new int[] {MOST + 1, Integer.MAX_VALUE, -1}) {
      ByteBuf rest =
          new Assembly(MOST)
              .read(
                  prefix(size),
                  message -> {
                    throw new AssertionError("a message");
                  });
      assertThat(rest.readableBytes()).isEqualTo(5);
    }
  }

  @Test
  void lengthThatIsOnlySaidCostsNothing() {
    Assembly large = new Assembly(Integer.MAX_VALUE - 8);
    assertThat(large.read(prefix(Integer.MAX_VALUE - 8).writeByte(1), m -> {}).isReadable())
        .isFalse();
  }

  /** Reads all of this in pieces of any size, and checks that nobody holds them afterwards. */
  private static Read cut(ByteBuf all, Random random) {
    Assembly assembly = new Assembly(MOST);
    Read read = new Read(new ArrayList<>(), Unpooled.buffer());
    while (all.isReadable()) {
      int size = Math.min(all.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 4 : MOST));
      ByteBuf frame = all.readRetainedSlice(size);
      ByteBuf rest = assembly.read(frame, m -> read.messages.add(hex(m)));
      read.foreign.writeBytes(rest);
      rest.release();
      assertThat(frame.isReadable()).isFalse();
      frame.release();
      assertThat(all.refCnt()).isEqualTo(1);
    }
    return read;
  }

  private static ByteBuf prefix(int size) {
    return Unpooled.buffer().writeByte(PLAIN).writeInt(size);
  }

  private static void prefixed(ByteBuf to, byte compressed, byte[] message) {
    to.writeByte(compressed).writeInt(message.length).writeBytes(message);
  }

  private static byte[] message(Random random, int size) {
    byte[] message = new byte[size];
    random.nextBytes(message);
    return message;
  }

  private static String hex(InputStream message) {
    try {
      return ByteBufUtil.hexDump(message.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
