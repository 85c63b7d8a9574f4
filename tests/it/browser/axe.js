for (const one of document.querySelectorAll("details")) one.open = true;
axe.run(document).then((found) => finish(found.violations.map((one) => `${one.id}: ${one.nodes.length} × ${one.help}: ${one.nodes[0].html.slice(0, 200)}`)));
