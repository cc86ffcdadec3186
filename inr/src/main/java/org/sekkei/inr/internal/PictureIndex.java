package org.sekkei.inr.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// In which shard the pictures of a data set lie.
public final class PictureIndex {
    /// The index of each shard's first picture, and the number of pictures behind the last.
    private final int[] firsts;

    public PictureIndex(Manifest manifest) {
        List<ShardEntry> shards = manifest.shards();
        firsts = new int[shards.size() + 1];
        for (int shard = 0; shard < shards.size(); shard++) {
            firsts[shard + 1] = firsts[shard] + shards.get(shard).pictures();
        }
    }

    public int size() {
        return firsts[firsts.length - 1];
    }

    /// The index of the first picture in `shard`, or behind the one before it.
    public int first(int shard) {
        return firsts[shard];
    }

    /// The shard that holds picture `index`.
    public int shard(int index) {
        Objects.checkIndex(index, size());
        int found = Arrays.binarySearch(firsts, index);
        if (found < 0) {
            return -found - 2;
        }
        // Shards without pictures begin where the next one does.
        while (firsts[found + 1] == index) {
            found++;
        }
        return found;
    }
}
