//! A text as a QR code, with the white margin that readers need, and with 15 % of it allowed to be unreadable.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code, as ISO/IEC 18004 wants them.
const MARGIN: usize = 4;
/// Pixels for each module: a code of the largest kind is 11,000 pixels wide then.
const MOST_SCALE: u32 = 60;

/// The text is longer than a QR code can hold, about 2300 bytes.
#[derive(Debug, thiserror::Error)]
#[error("too long for a QR code")]
pub struct TooLong;

impl From<TooLong> for super::problem::Error {
    /// What we draw is short; a longer text is our mistake.
    fn from(error: TooLong) -> Self {
        Self::internal(error)
    }
}

struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    fn of(text: &str) -> Result<Self, TooLong> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| TooLong)?;
        Ok(Self {
            width: code.width(),
            dark: code.to_colors().into_iter().map(|color| color == Color::Dark).collect(),
        })
    }

    /// Both counted from the margin's corner.
    fn dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(MARGIN).filter(|at| *at < self.width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.dark.get(y * self.width + x).is_some_and(|dark| *dark),
            _ => false,
        }
    }

    fn size(&self) -> usize {
        self.width + 2 * MARGIN
    }
}

/// One path in a picture of one unit for each module. It names no size: that is for the page on which it stands.
pub fn qr_svg(text: &str) -> Result<String, TooLong> {
    let modules = Modules::of(text)?;
    let size = modules.size();
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|x| modules.dark(*x, y)).count();
            if run > 0 {
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run.max(1);
        }
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

/// Black and white, each module `scale` pixels wide and high.
pub fn qr_png(text: &str, scale: u32) -> Result<Vec<u8>, TooLong> {
    let modules = Modules::of(text)?;
    let scale = scale.clamp(1, MOST_SCALE);
    let pixels = modules.size() * scale as usize;
    let mut rows = Vec::with_capacity(pixels.div_ceil(8) * pixels);
    for y in 0..modules.size() {
        let mut row = vec![0xFF_u8; pixels.div_ceil(8)];
        for pixel in (0..pixels).filter(|pixel| modules.dark(pixel / scale as usize, y)) {
            if let Some(byte) = row.get_mut(pixel / 8) {
                *byte &= !(0x80 >> (pixel % 8));
            }
        }
        for _ in 0..scale {
            rows.extend_from_slice(&row);
        }
    }
    let mut bytes = Vec::new();
    let width = u32::try_from(pixels).map_err(|_| TooLong)?;
    let mut encoder = png::Encoder::new(&mut bytes, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    // Nothing that can be written to memory fails.
    let mut writer = encoder.write_header().map_err(|_| TooLong)?;
    writer.write_image_data(&rows).map_err(|_| TooLong)?;
    writer.finish().map_err(|_| TooLong)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: &[&str] = &[
        "ABCDE-FGHJK",
        "https://termine.musterstadt.example/t/ABCDE-FGHJK",
        "Größe, Łódź, 🎫",
    ];

    fn read(width: usize, dark: impl FnMut(usize, usize) -> u8) -> String {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, width, dark);
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_png_reads_as_what_was_written() {
        for (text, scale) in TEXTS.iter().zip([3, 4, 7]) {
            let bytes = qr_png(text, scale).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            assert_eq!(info.bit_depth, png::BitDepth::One);
            let read = read(info.width as usize, |x, y| {
                let byte = pixels[y * info.line_size + x / 8];
                if byte & (0x80 >> (x % 8)) == 0 { 0 } else { 255 }
            });
            assert_eq!(read, *text);
        }
    }

    /// Reads the runs back from the path, as a browser would draw them.
    #[test]
    fn an_svg_reads_as_what_was_written() {
        for text in TEXTS {
            let svg = qr_svg(text).unwrap();
            let size = svg.split("viewBox=\"0 0 ").nth(1).unwrap();
            let size = size[..size.find(' ').unwrap()].parse::<usize>().unwrap();
            let mut dark = vec![false; size * size];
            let path = svg.split("fill=\"#000\" d=\"M").nth(1).unwrap();
            for run in path[..path.find('"').unwrap()].split('M') {
                let (x, rest) = run.split_once(' ').unwrap();
                let (y, rest) = rest.split_once('h').unwrap();
                let length = rest[..rest.find('v').unwrap()].parse::<usize>().unwrap();
                let start = y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap();
                dark[start..start + length].fill(true);
            }
            let read = read(size * 5, |x, y| if dark[y / 5 * size + x / 5] { 0 } else { 255 });
            assert_eq!(read, *text);
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(qr_svg(&"a".repeat(2331)).is_ok());
        assert!(qr_svg(&"ä".repeat(2331)).is_err());
        assert!(qr_png(&"ä".repeat(2331), 4).is_err());
    }

    #[test]
    fn a_scale_is_kept_within_reason() {
        assert!(qr_png("A", 0).is_ok());
        assert!(qr_png("A", u32::MAX).is_ok());
    }
}
