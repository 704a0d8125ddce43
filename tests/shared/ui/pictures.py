"""Pictures of pages, small ones: the browser itself scales and compares them."""

import base64

from playwright.async_api import Page

WIDTH = 320
SCALED = """async ([data, width]) => {
  const image = await createImageBitmap(await (await fetch(data)).blob())
  const canvas = new OffscreenCanvas(width, Math.round(image.height * width / image.width))
  const pen = canvas.getContext('2d')
  pen.imageSmoothingQuality = 'high'
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
}"""
DIFFERS = """async ([one, other]) => {
  const [a, b] = await Promise.all([one, other].map(async data => createImageBitmap(await (await fetch(data)).blob())))
  const points = image => {
    const canvas = new OffscreenCanvas(a.width, a.height)
    const pen = canvas.getContext('2d')
    pen.drawImage(image, 0, 0, a.width, a.height)
    return pen.getImageData(0, 0, a.width, a.height).data
  }
  const [p, q] = [points(a), points(b)]
  let differing = 0
  for (let n = 0; n < p.length; n += 4) {
    if (Math.max(Math.abs(p[n] - q[n]), Math.abs(p[n + 1] - q[n + 1]), Math.abs(p[n + 2] - q[n + 2])) > 48) differing++
  }
  return differing / (p.length / 4)
}"""


async def small(page: Page, picture: bytes) -> bytes:
    """Scale `picture`, a PNG, to the width of those that are kept."""
    blank = await page.context.new_page()  # a page of its own: the policy of the one under test forbids this
    scaled = await blank.evaluate(SCALED, [_data(picture), WIDTH])
    await blank.close()
    return base64.b64decode(scaled)


async def difference(page: Page, before: bytes, now: bytes) -> float:
    """Give the share of points in which two pictures clearly differ, the second one stretched over the first."""
    blank = await page.context.new_page()
    share: float = await blank.evaluate(DIFFERS, [_data(before), _data(now)])
    await blank.close()
    return share


def _data(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()
