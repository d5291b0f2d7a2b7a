// Opens pages in Firefox by WebDriver BiDi and tells what is there: node firefox.mjs FIREFOX PAGE [WORDS]
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [executablePath, path, words] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  const complaints = [], requests = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.setViewport({ width: 360, height: 740 });
  await page.goto(pathToFileURL(path).href);
  const locked = await page.evaluate(() => !document.getElementById("list"));
  if (words) {
    await page.type("#words", words);
    await page.click("#open");
  }
  await page.waitForFunction(() => document.body.dataset.drawn !== undefined && document.querySelector("canvas.leaflet-tile-loaded"), { timeout: 60_000 });
  const seen = await page.evaluate(() => {
    const colours = new Set();
    for (const tile of document.querySelectorAll("canvas.leaflet-tile-loaded")) {
      const pen = new OffscreenCanvas(tile.width, tile.height).getContext("2d");
      pen.drawImage(tile, 0, 0);
      const { data } = pen.getImageData(0, 0, tile.width, tile.height);
      for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
    const root = document.documentElement;
    return { title: document.title, colours: colours.size, shapes: Number(document.body.dataset.basemap), wide: root.scrollWidth > root.clientWidth };
  });
  console.log(JSON.stringify({ ...seen, locked, complaints, requests: requests.filter((url) => !/^(file|data):/.test(url)) }));
} finally {
  await browser.close();
}
