package org.sekkei.fit;

import java.util.Map;

/// A picture that has become a record.
///
/// @param record the bytes for the store
/// @param psnr of the decoded record, rounded to 8 bits, against the picture, in decibels
/// @param attributes what the store keeps of how it was made, for instance the network's shape
public record EncodedPicture(byte[] record, double psnr, Map<String, String> attributes) {
    public EncodedPicture {
        attributes = Map.copyOf(attributes);
    }
}
