package dev.lish.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class ConnectionBuffersTest {
  private static final int FRAME = 16 << 10;

  private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

  @Test
  void whatIsLeftAndWhatCameAreOneBufferOfThatSize() {
    ByteBuf left = ALLOCATOR.buffer(FRAME).writeZero(FRAME).skipBytes(FRAME - 3);
    ByteBuf came = ALLOCATOR.buffer(FRAME).writeZero(FRAME);

    ByteBuf both = ConnectionBuffers.cumulate(ALLOCATOR, left, came);

    assertThat(both.readableBytes()).isEqualTo(FRAME + 3);
    assertThat(both.capacity()).isLessThan(FRAME + 1024);
    assertThat(left.refCnt() + came.refCnt()).isZero();
    both.release();
  }

  @Test
  void whereThereIsRoomNothingIsAllocated() {
    ByteBuf left = ALLOCATOR.buffer(FRAME).writeByte(1);
    ByteBuf came = Unpooled.wrappedBuffer(new byte[] {2, 3});

    ByteBuf both = ConnectionBuffers.cumulate(ALLOCATOR, left, came);

    assertThat(both).isSameAs(left);
    assertThat(both.readMedium()).isEqualTo(0x010203);
    assertThat(came.refCnt()).isZero();
    both.release();
  }

  @Test
  void bytesThatOthersStillReadAreNotWrittenTo() {
    ByteBuf left = ALLOCATOR.buffer(FRAME).writeByte(1);
    ByteBuf slice = left.retainedSlice();
    ByteBuf came = Unpooled.wrappedBuffer(new byte[] {2});

    ByteBuf both = ConnectionBuffers.cumulate(ALLOCATOR, left, came);

    assertThat(both).isNotSameAs(left);
    assertThat(slice.refCnt()).isEqualTo(1);
    assertThat(both.readShort()).isEqualTo((short) 0x0102);
    both.release();
    slice.release();
  }

  @Test
  void nothingLeftMeansNothingIsCopied() {
    ByteBuf left = ALLOCATOR.buffer(1);
    ByteBuf came = Unpooled.wrappedBuffer(new byte[] {2});

    assertThat(ConnectionBuffers.cumulate(ALLOCATOR, left, came)).isSameAs(came);
    assertThat(left.refCnt()).isZero();
    ByteBuf again = came.retain();
    assertThat(ConnectionBuffers.cumulate(ALLOCATOR, came, again)).isSameAs(came);
    assertThat(came.refCnt()).isEqualTo(1);
    came.release();
  }
}
